/** How endpoints and deliveries stand. */
import type { Schemas } from "../../api/client";
import type { Tone } from "../../ui/Pill";

export type Webhook = Schemas["WebhookPayload"];
export type Delivery = Schemas["DeliveryPayload"];
export const DELIVERY_STATES = ["pending", "delivered", "failed"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type Standing = "gone" | "given_up" | "paused" | "failing" | "active";

export function standing(webhook: Pick<Webhook, "isActive" | "pausedReason" | "failingSince">): Standing {
  if (webhook.pausedReason === "gone") return "gone";
  if (webhook.pausedReason === "failing") return "given_up";
  if (!webhook.isActive) return "paused";
  return webhook.failingSince ? "failing" : "active";
}

export const TONES: Record<Standing, Tone> = {
  gone: "bad",
  given_up: "bad",
  failing: "bad",
  paused: "rests",
  active: "good",
};
export const DELIVERY_TONES: Record<DeliveryState, Tone> = { pending: "waits", delivered: "good", failed: "bad" };
