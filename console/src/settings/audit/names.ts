import { useQuery } from "@tanstack/react-query";
import { listStaff, listTeams } from "../../live/desk";
import type { Names } from "./changes";

/** Of the staff and the teams, by their ids. */
export function useNames(): Names {
  const staff = useQuery(listStaff).data ?? [];
  const teams = useQuery(listTeams).data ?? [];
  return new Map([...staff, ...teams].map((one) => [one.id, one.name]));
}
