/** Notifications on the desktop: on request only, and while another window is in front. */
const KEPT_AT = "hub.desktop";

export function desktopWanted(): boolean {
  return localStorage.getItem(KEPT_AT) === "yes" && "Notification" in window && Notification.permission === "granted";
}

/** Asks the browser's leave where it is needed; says whether they will be shown. */
export async function wantDesktop(wanted: boolean): Promise<boolean> {
  if (!wanted || !("Notification" in window)) {
    localStorage.removeItem(KEPT_AT);
    return false;
  }
  if ((await Notification.requestPermission()) !== "granted") return false;
  localStorage.setItem(KEPT_AT, "yes");
  return true;
}

/** `tag`: one of the same tag replaces the one before. */
export function showOnDesktop(title: string, body: string, tag: string, onClick: () => void): void {
  if (!desktopWanted() || document.hasFocus()) return;
  const shown = new Notification(title, { body, tag });
  shown.onclick = () => {
    window.focus();
    onClick();
    shown.close();
  };
}
