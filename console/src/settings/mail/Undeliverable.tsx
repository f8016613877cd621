import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { Listing } from "../../ui/Listing";
import { Section } from "../../ui/Page";
import { Row, Rows } from "../../ui/Rows";
import { Time } from "../../ui/Time";
import { useWords } from "../../words";

const KEY = ["settings", "undeliverable"];

/** Addresses that get no mail: after a complaint, or bounces. An admin lets them have it again. */
export function Undeliverable({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [clears, setClears] = useState<{ id: string; address: string } | null>(null);
  const addresses = usePages(KEY, (cursor) =>
    ask(api.GET("/api/v1/undeliverable-addresses", { params: { query: { cursor, limit: 30 } } })),
  );
  const clear = async (id: string) => {
    await answer(api.DELETE("/api/v1/undeliverable-addresses/{address_id}", { params: { path: { address_id: id } } }));
    await cache.invalidateQueries({ queryKey: KEY });
  };
  return (
    <Section title={t("settings.mails.undeliverable")} about={t("settings.mails.undeliverableAbout")}>
      <Listing of={addresses} empty={<p className="soft">{t("settings.mails.allReach")}</p>}>
        {(rows) => (
          <Rows label={t("settings.mails.undeliverable")} heads={[t("settings.mails.address"), t("settings.when")]}>
            {rows.map((one) => (
              <Row
                key={one.id}
                title={one.address}
                sub={one.reason}
                facts={[{ name: t("settings.when"), shows: <Time at={one.createdAt} /> }]}
                end={isAdmin && <Button onClick={() => setClears(one)}>{t("settings.mails.clear")}</Button>}
              />
            ))}
          </Rows>
        )}
      </Listing>
      {clears && (
        <Confirm
          title={t("settings.mails.clearTitle", { address: clears.address })}
          does={t("settings.mails.clear")}
          isDanger={false}
          onConfirm={() => clear(clears.id)}
          onClose={() => setClears(null)}
        >
          {t("settings.mails.clearAbout")}
        </Confirm>
      )}
    </Section>
  );
}
