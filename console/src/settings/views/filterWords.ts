/** What stands in a view, in words. */
import { useQuery } from "@tanstack/react-query";
import { listStaff, listTeams } from "../../live/desk";
import type { View } from "../../live/views";
import type { Priority, Status } from "../../ui/Marks";
import { useWords } from "../../words";
import { day } from "../../words/times";

const NAMED = ["status", "priority", "assignedToId", "teamId", "requesterId", "createdById", "tag", "q"] as const;
const DATED = ["createdFrom", "createdTo", "updatedFrom", "updatedTo"] as const;
type Field = (typeof NAMED)[number] | (typeof DATED)[number];
const SPECIAL = ["me", "mine", "none"] as const;

function isSpecial(value: string): value is (typeof SPECIAL)[number] {
  return (SPECIAL as readonly string[]).includes(value);
}

function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" && value !== "" ? [value] : [];
}

export function useFilterWords(): (view: View) => string {
  const { t } = useWords();
  const staff = useQuery(listStaff).data ?? [];
  const teams = useQuery(listTeams).data ?? [];
  const spoken = (field: Field, value: string): string => {
    if (isSpecial(value) && field.endsWith("Id")) return t(`settings.views.special.${value}`);
    if (field === "status") return t(`status.${value as Status}`);
    if (field === "priority") return t(`priority.${value as Priority}`);
    if (field === "teamId") return teams.find((one) => one.id === value)?.name ?? t("settings.views.gone");
    if (field.endsWith("Id")) return staff.find((one) => one.id === value)?.name ?? t("settings.views.somebody");
    return (DATED as readonly string[]).includes(field) ? day(value) : value;
  };
  return (view) => {
    const filter = view.filter as Partial<Record<Field, unknown>>;
    const said = [...NAMED, ...DATED].flatMap((field) => {
      const values = texts(filter[field]).map((value) => spoken(field, value));
      return values.length > 0 ? [`${t(`settings.views.fields.${field}`)}: ${values.join(", ")}`] : [];
    });
    return said.join(" · ") || t("settings.views.everything");
  };
}
