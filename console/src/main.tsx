import "@fontsource-variable/inter/wght.css";
import "./ui/tokens.css";
import "./ui/base.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { listenForSignOut } from "./api/client";
import { newCache } from "./api/cache";
import { begin, verify } from "./session/session";
import { App } from "./shell/App";
import { currentTheme, showTheme } from "./ui/theme";
import { beginWords } from "./words";

showTheme(currentTheme());
listenForSignOut(() => void verify());
await beginWords();
void begin();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={newCache()}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
