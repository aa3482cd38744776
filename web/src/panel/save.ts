// Files for the reader to keep, made in the page.
import { messageOf } from "../api";
import { element } from "../dom";
import { toast } from "../toast";

export function save(name: string, type: string, text: string): void {
  const link = element("a", { download: name });
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** A button whose failure is told. */
export function saveButton(words: string, what: () => void | Promise<void>): HTMLElement {
  const button = element("button", { type: "button" }, words);
  button.addEventListener("click", () => {
    Promise.resolve()
      .then(what)
      .catch((error: unknown) => toast(messageOf(error), "bad"));
  });
  return button;
}
