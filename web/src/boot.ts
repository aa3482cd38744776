// Runs before the first paint, so that nothing is drawn twice: the theme chosen by hand, and that scripts are there at all.
import { lastPlace, storedTheme } from "./memory";

const root = document.documentElement;
root.dataset.js = "";
const theme = storedTheme();
if (theme) root.dataset.theme = theme;
if (lastPlace()) root.dataset.last = "";
