/** What somebody has begun in a form, on this device: until it is saved or thrown away, or they sign out. */

/** By field, only what is another than it was. Never a password, never a secret. */
export type Begun<F> = Partial<F>;

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Pure. */
export function differing<F extends object>(initial: F, fields: F): Begun<F> {
  const names = Object.keys(initial) as (keyof F)[];
  return Object.fromEntries(names.filter((one) => !isSame(initial[one], fields[one])).map((one) => [one, fields[one]])) as Begun<F>; // prettier-ignore
}

/** Blanks around a text are not worth saving. Pure. */
export function isWorthSaving<F extends object>(initial: F, begun: Begun<F>): boolean {
  const bare = (value: unknown) => (typeof value === "string" ? value.trim() : value);
  return (Object.keys(begun) as (keyof F)[]).some((one) => !isSame(bare(initial[one]), bare(begun[one])));
}

/** What may be kept of it. Pure. */
export function withoutSecrets<F extends object>(begun: Begun<F>, secrets: readonly (keyof F)[]): Begun<F> {
  const fields = Object.entries(begun).filter(([name]) => !secrets.includes(name as keyof F));
  return Object.fromEntries(fields) as Begun<F>;
}

/** What was kept, as far as the form still has such fields: it may have been kept by an older one. Pure. */
export function understood<F extends object>(text: string | null, initial: F): Begun<F> {
  const kept: unknown = text === null ? null : JSON.parse(text);
  if (typeof kept !== "object" || kept === null) return {};
  const kindOf = (value: unknown) => (Array.isArray(value) ? "array" : typeof value);
  const fits = ([name, value]: [string, unknown]) => {
    const known = initial[name as keyof F];
    return name in initial && (known === null || kindOf(known) === kindOf(value));
  };
  return Object.fromEntries(Object.entries(kept).filter(fits)) as Begun<F>;
}

/** session.ts knows how these begin, and takes them away when one signs out. */
const place = (personId: string, form: string) => `hub.form.${personId}.${form}`;
/** Which form stood open in this tab. */
const openPlace = (personId: string) => `hub.form.${personId}`;

export function kept<F extends object>(personId: string, form: string, initial: F): Begun<F> {
  return understood(localStorage.getItem(place(personId, form)), initial);
}

export function keep(personId: string, form: string, begun: object): void {
  if (Object.keys(begun).length > 0) localStorage.setItem(place(personId, form), JSON.stringify(begun));
  else localStorage.removeItem(place(personId, form));
}

export function markOpen(personId: string, form: string, isOpen: boolean): void {
  if (isOpen) sessionStorage.setItem(openPlace(personId), form);
  else if (sessionStorage.getItem(openPlace(personId)) === form) sessionStorage.removeItem(openPlace(personId));
}

/** Did it stand open, with something in it, when the page went away? */
export function stoodOpen(personId: string, form: string): boolean {
  const isIt = sessionStorage.getItem(openPlace(personId)) === form;
  return isIt && localStorage.getItem(place(personId, form)) !== null;
}
