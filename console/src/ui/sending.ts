/** What is being sent from a form, and what was said against it. */
import { useState } from "react";
import { Refusal } from "../api/client";
import { useProblem } from "./States";

export interface Sending {
  isBusy: boolean;
  /** What is wrong as a whole: with no field that is shown. */
  problem: string;
  /** What is wrong with one field. */
  about: (field: string) => string | undefined;
  /** True: it was done. */
  send: (does: () => Promise<unknown>) => Promise<boolean>;
}

/** Details whose field the form shows stand at the field; a list's `events.3` stands at `events`. */
export function concerns(error: unknown, field: string): string | undefined {
  if (!(error instanceof Refusal)) return undefined;
  return error.details.find((one) => one.field === field || one.field.startsWith(`${field}.`))?.message;
}

/** `fields`: those that the form shows. */
export function useSending(fields: readonly string[] = []): Sending {
  const inWords = useProblem();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isAtFields =
    error instanceof Refusal &&
    error.details.length > 0 &&
    error.details.every((one) => fields.some((field) => one.field === field || one.field.startsWith(`${field}.`)));
  return {
    isBusy,
    problem: error === null || isAtFields ? "" : inWords(error),
    about: (field) => concerns(error, field),
    send: async (does) => {
      setIsBusy(true);
      setError(null);
      try {
        await does();
        return true;
      } catch (refused) {
        setError(refused);
        return false;
      } finally {
        setIsBusy(false);
      }
    },
  };
}
