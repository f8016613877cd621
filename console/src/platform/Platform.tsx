import { Building2, Plus } from "lucide-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../api/client";
import { usePages } from "../api/pages";
import { Account } from "../ui/Account";
import { Button } from "../ui/Button";
import { useShown } from "../ui/form";
import { Listing } from "../ui/Listing";
import { Mark } from "../ui/Mark";
import { Bar, Page } from "../ui/Page";
import { Picker } from "../ui/Picker";
import { Rows } from "../ui/Rows";
import { Empty } from "../ui/States";
import { useWords } from "../words";
import { NEW_TENANT, NewTenant } from "./NewTenant";
import css from "./Platform.module.css";
import { TenantRow } from "./TenantRow";

const ORDERS = ["createdAt", "name", "slug"] as const;

/** Where the platform's admin is: all desks, and nothing of what happens in them. */
export default function Platform() {
  const { t } = useWords();
  const cache = useQueryClient();
  const [sortBy, setSortBy] = useState<(typeof ORDERS)[number]>("createdAt");
  const [isAdding, setIsAdding] = useShown(NEW_TENANT);
  const tenants = usePages(["platform", "tenants", sortBy], (cursor) =>
    ask(
      api.GET("/api/v1/tenants", {
        params: { query: { cursor, limit: 30, sortBy, sortOrder: sortBy === "createdAt" ? "desc" : "asc" } },
      }),
    ),
  );
  const changed = () => cache.invalidateQueries({ queryKey: ["platform", "tenants"] });
  return (
    <div className={css.platform}>
      <header className={css.head}>
        <Mark />
        <Account />
      </header>
      <main className={`${css.main} scroll`}>
        <Page
          title={t("platform.tenants")}
          about={t("platform.about")}
          does={
            <Button look="primary" onClick={() => setIsAdding(true)}>
              <Plus size={15} aria-hidden /> {t("platform.add")}
            </Button>
          }
        >
          <Bar>
            <Picker
              label={t("platform.order")}
              value={sortBy}
              onPick={setSortBy}
              options={ORDERS.map((value) => ({ value, name: t(`platform.orders.${value}`) }))}
            >
              <span>
                <span className="faint">{t("platform.order")}:</span> {t(`platform.orders.${sortBy}`)}
              </span>
            </Picker>
          </Bar>
          <Listing
            of={tenants}
            empty={
              <Empty icon={Building2} title={t("platform.none")}>
                <p>{t("platform.noneAbout")}</p>
              </Empty>
            }
          >
            {(rows) => (
              <Rows
                label={t("platform.tenants")}
                heads={[t("platform.name"), t("platform.state"), t("platform.created")]}
              >
                {rows.map((tenant) => (
                  <TenantRow key={tenant.id} tenant={tenant} onChanged={changed} />
                ))}
              </Rows>
            )}
          </Listing>
        </Page>
      </main>
      {isAdding && <NewTenant onClose={() => setIsAdding(false)} onChanged={changed} />}
    </div>
  );
}
