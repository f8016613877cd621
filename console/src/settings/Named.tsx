import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../api/client";
import { listStaff } from "../live/desk";
import { PersonName } from "../ui/Avatar";
import { useWords } from "../words";

/** Somebody's name by their id; those who are not of the staff, or not any more, are asked for one by one. */
export function Named({ id }: { id: string | null }) {
  const { t } = useWords();
  const staff = useQuery(listStaff);
  const known = staff.data?.find((one) => one.id === id);
  const asked = useQuery({
    queryKey: ["settings", "person", id],
    queryFn: () => ask(api.GET("/api/v1/users/{user_id}", { params: { path: { user_id: id ?? "" } } })),
    enabled: id !== null && !staff.isPending && !known,
    retry: false,
  });
  if (id === null) return <span className="faint">{t("ui.nobody")}</span>;
  const name = known?.name ?? asked.data?.name;
  return <PersonName name={name} nobody={asked.isError ? t("settings.unknownPerson") : "…"} />;
}
