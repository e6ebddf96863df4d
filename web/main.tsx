import { createRoot } from "react-dom/client";
import "./styles/index.css";
import { placeOf } from "./places.ts";

const root = createRoot(document.getElementById("root")!);
void placeOf(location.pathname)().then(({ show }) => show(root));
