// A question that must be answered before something is done that cannot be undone.
import { element } from "./dom";
import { say } from "./strings";

export function ask(question: string, verb: string): Promise<boolean> {
  const yes = element("button", { type: "button", class: "primary danger" }, verb);
  const no = element("button", { type: "button" }, say("cancel"));
  const dialog = element("dialog", { "aria-labelledby": "p.question" },
    element("p", { id: "p.question" }, question), element("div", { class: "exports" }, yes, no));
  document.body.append(dialog);
  return new Promise((resolve) => {
    yes.addEventListener("click", () => dialog.close("yes"));
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    no.focus();
  });
}
