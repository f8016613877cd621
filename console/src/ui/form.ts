/** A form: its fields, what is wrong with them, and that nothing of what was typed is lost. */
import { useState } from "react";
import { useMe } from "../session/context";
import { differing, isWorthSaving, keep, kept, markOpen, stoodOpen, withoutSecrets } from "./begun";
import { useSending, type Sending } from "./sending";

type Of<F, V> = { [N in keyof F]: F[N] extends V ? N : never }[keyof F] & string;

export interface Form<F extends object> extends Sending {
  fields: F;
  set: (change: Partial<F>) => void;
  /** What a field for text (or a choice) needs. */
  text: (field: Of<F, string>) => {
    value: string;
    onChange: (event: { target: { value: string } }) => void;
    problem: string | undefined;
  };
  /** What a box to tick needs. */
  box: (field: Of<F, boolean>) => {
    checked: boolean;
    onChange: (event: { target: { checked: boolean } }) => void;
  };
  /** There is something to save. */
  isChanged: boolean;
  /** It begins with what was left here. */
  isFound: boolean;
  /** It is on the screen, or no more; what was typed stays. */
  show: (isShown: boolean) => void;
  /** What was typed is saved, or not wanted. */
  forget: () => void;
}

interface Options<F> {
  /** Fields that are never kept on the device. */
  secrets?: readonly (keyof F)[];
  /** How a field is called where something is wrong with it; its own name where left out. */
  called?: Partial<Record<keyof F, string>>;
}

/** `name` tells the forms of a person apart. Where `initial` becomes another, fields that nobody touched follow. */
export function useForm<F extends object>(name: string, initial: F, options: Options<F> = {}): Form<F> {
  const { secrets = [], called } = options;
  const me = useMe();
  const inError = (field: keyof F & string) => called?.[field] ?? field;
  const sending = useSending((Object.keys(initial) as (keyof F & string)[]).map(inError));
  const [begun, setBegun] = useState(() => kept(me.id, name, initial));
  const [isFound, setIsFound] = useState(() => Object.keys(begun).length > 0);
  const fields = { ...initial, ...begun };
  const set = (change: Partial<F>) => {
    const next = differing(initial, { ...fields, ...change });
    setBegun(next);
    keep(me.id, name, withoutSecrets(next, secrets));
  };
  return {
    ...sending,
    fields,
    set,
    text: (field) => ({
      value: fields[field] as string,
      onChange: (event) => set({ [field]: event.target.value } as unknown as Partial<F>),
      problem: sending.about(inError(field)),
    }),
    box: (field) => ({
      checked: fields[field] as boolean,
      onChange: (event) => set({ [field]: event.target.checked } as unknown as Partial<F>),
    }),
    isChanged: isWorthSaving(initial, begun),
    isFound,
    show: (isShown) => markOpen(me.id, name, isShown),
    forget: () => {
      markOpen(me.id, name, false);
      keep(me.id, name, {});
      setBegun({});
      setIsFound(false);
    },
  };
}

/** Whether a form is shown; from the beginning where it was when the page went away, as at the end of a session. */
export function useShown(name: string): [boolean, (isShown: boolean) => void] {
  const me = useMe();
  return useState(() => stoodOpen(me.id, name));
}

/** The same for one of several things that a row shows. */
export function useShows<K extends string>(name: string, form: K): [K | null, (shows: K | null) => void] {
  const me = useMe();
  return useState<K | null>(() => (stoodOpen(me.id, name) ? form : null));
}
