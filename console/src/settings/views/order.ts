/** Views stand in the order of a number that each has: which numbers change when one moves a step. Pure. */
export interface Placed {
  id: string;
  position: number;
}

/** The changes that bring the view at `from` one step up (-1) or down (1). Where the neighbour may not be changed, only its own. */
export function moved(views: readonly Placed[], from: number, step: 1 | -1, may: (id: string) => boolean): Placed[] {
  const one = views[from];
  const other = views[from + step];
  if (!one || !other) return [];
  if (!may(other.id) || one.position === other.position) {
    return [{ id: one.id, position: Math.max(0, other.position + step) }];
  }
  return [
    { id: one.id, position: other.position },
    { id: other.id, position: one.position },
  ];
}
