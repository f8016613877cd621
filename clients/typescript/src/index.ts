/** A client of the ticket hub's live socket: every event once, in order, through any break. */
export { HubClient, type Options, type Socket, type SocketClass } from "./client.js";
export { Counts, type View } from "./following.js";
export type * from "./frames.js";
export { PlacesInMemory, PlacesInStorage, type Place, type Places } from "./places.js";
export { Stopped } from "./stopped.js";
export type { AnyFrame, Told } from "./told.js";
export { fixedToken, signIn, type Token, type TokenSource } from "./tokens.js";
export { Waiting } from "./waiting.js";
export { LiveWindow, type Ticket } from "./window.js";
