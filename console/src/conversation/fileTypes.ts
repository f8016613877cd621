/** Browsers know no type of some files that are text: what their ending says. */
const BY_ENDING: Record<string, string> = {
  txt: "text/plain",
  log: "text/plain",
  conf: "text/plain",
  ini: "text/plain",
  yaml: "text/plain",
  yml: "text/plain",
  csv: "text/csv",
  md: "text/markdown",
  ics: "text/calendar",
  json: "application/json",
  eml: "message/rfc822",
  heic: "image/heic",
  heif: "image/heif",
  "7z": "application/x-7z-compressed",
  gz: "application/gzip",
  rtf: "application/rtf",
};
const UNKNOWN = "application/octet-stream";
const SAME: Record<string, string> = {
  "application/x-zip-compressed": "application/zip",
  "text/rtf": "application/rtf",
};

export function typeOf(name: string, said: string): string {
  const plain = said.split(";")[0]?.trim().toLowerCase() ?? "";
  const ending = name.toLowerCase().split(".").at(-1) ?? "";
  return SAME[plain] ?? (plain || (BY_ENDING[ending] ?? UNKNOWN));
}
