// Before any component of TDesign: it makes them use the way that React 19 draws.
import "tdesign-react/es/_util/react-19-adapter";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "tdesign-react/es/style/index.css";
import "./ui/ui.css";
import "./app/app.css";
import { App } from "./app/app";
import { watchPresence } from "./api/presence";
import { startTheme } from "./app/theme";
import { applyLanguage } from "./i18n/language";

applyLanguage();
startTheme();
watchPresence();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
