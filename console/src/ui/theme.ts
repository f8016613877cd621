/** Light, dark, or as the system has it. */
export type Theme = "system" | "light" | "dark";

const KEPT_AT = "hub.theme";

export function currentTheme(): Theme {
  const kept = localStorage.getItem(KEPT_AT);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function showTheme(theme: Theme): void {
  localStorage.setItem(KEPT_AT, theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
