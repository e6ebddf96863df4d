import { createRoot } from "react-dom/client";
import "./styles/index.css";
import { openTheme } from "./adapters/theme.ts";
import { placeOf } from "./places.ts";

openTheme();
const root = createRoot(document.getElementById("root")!);
void placeOf(location.pathname)().then(({ show }) => show(root));
