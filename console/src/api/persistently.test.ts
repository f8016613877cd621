import { expect, test } from "vitest";
import { Refusal } from "./client";
import { persistently } from "./persistently";

function answering(...answers: (number | "done")[]) {
  const waited: number[] = [];
  const does = () => {
    const next = answers.shift();
    return next === "done" || next === undefined ? Promise.resolve("done") : Promise.reject(new Refusal(next));
  };
  const sleep = (ms: number) => Promise.resolve(waited.push(ms));
  return { does, sleep, waited };
}

test("A hub that is away for a moment is asked again, less often each time", async () => {
  const { does, sleep, waited } = answering(0, 503, 0, "done");
  expect(await persistently(does, { sleep })).toBe("done");
  expect(waited).toEqual([1000, 2000, 4000]);
});

test("What is refused is not tried again", async () => {
  const { does, sleep, waited } = answering(409, "done");
  await expect(persistently(does, { sleep })).rejects.toMatchObject({ status: 409 });
  expect(waited).toEqual([]);
});

test("It ends when the hub stays away, or when it is no longer wanted", async () => {
  const away = answering(0, 0, 0, 0, 0, 0, "done");
  await expect(persistently(away.does, { sleep: away.sleep })).rejects.toMatchObject({ status: 0 });
  const cancelled = answering(0, "done");
  const signal = AbortSignal.abort();
  await expect(persistently(cancelled.does, { sleep: cancelled.sleep, signal })).rejects.toMatchObject({ status: 0 });
});
