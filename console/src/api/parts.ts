/**
 * Parts of the page that are fetched when they are needed. After an upgrade the server no longer has those of an older
 * page; and it may be away. Then the page is loaded anew as soon as the server answers: what one writes is kept on the device.
 */
const RELOADED_AT = "hub.reloaded";
const NOT_AGAIN_MS = 30_000;
const LOOK_MS = 2000;

/** Where the page is, and which script it begins with, as the server has it now; null where it does not answer. */
async function pageNow(): Promise<string | null> {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store", credentials: "same-origin" });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** Does the server have another page than this one? */
export async function isOutdated(): Promise<boolean> {
  const own = document.querySelector("script[type=module][src]")?.getAttribute("src");
  const now = await pageNow();
  return own != null && now !== null && !now.includes(own);
}

/** `load` is an `import()`. Where that fails the page is loaded anew; once, then it throws. */
export async function part<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    while ((await pageNow()) === null) await new Promise((then) => setTimeout(then, LOOK_MS));
    if (Date.now() - Number(sessionStorage.getItem(RELOADED_AT)) < NOT_AGAIN_MS) throw error;
    sessionStorage.setItem(RELOADED_AT, String(Date.now()));
    location.reload();
    return new Promise(() => undefined);
  }
}
