import { useQuery } from "@tanstack/react-query";
import { BellOff, CheckCheck, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { api, ask } from "../api/client";
import { usePages } from "../api/pages";
import { notificationsUnread } from "../live/unread";
import { Button } from "../ui/Button";
import { Listing } from "../ui/Listing";
import { Bar, Page } from "../ui/Page";
import { Empty } from "../ui/States";
import { useWords } from "../words";
import { HowTold } from "./HowTold";
import { NotificationRow } from "./NotificationRow";
import css from "./Notifications.module.css";
import { useReading } from "./reading";

/** What one was told, newest first; what is new comes in while one looks. */
export default function Notifications() {
  const { t } = useWords();
  const [unreadOnly, setUnreadOnly] = useState(false);
  const [isChoosing, setIsChoosing] = useState(false);
  const unread = useQuery(notificationsUnread).data ?? 0;
  const reading = useReading();
  const told = usePages(["notifications", "list", unreadOnly], (cursor) =>
    ask(api.GET("/api/v1/notifications", { params: { query: { cursor, limit: 30, unreadOnly } } })),
  );
  return (
    <div className={css.around}>
      <Page
        title={t("notifications.title")}
        about={<span role="status">{t("notifications.unread", { count: unread })}</span>}
        does={
          <>
            <Button disabled={unread === 0} onClick={reading.readAll}>
              <CheckCheck size={15} aria-hidden /> {t("notifications.readAll")}
            </Button>
            <Button onClick={() => setIsChoosing(true)}>
              <SlidersHorizontal size={15} aria-hidden /> {t("notifications.how")}
            </Button>
          </>
        }
      >
        <Bar>
          <div className={css.switch} role="group" aria-label={t("notifications.show")}>
            {[false, true].map((only) => (
              <button
                key={String(only)}
                type="button"
                aria-pressed={unreadOnly === only}
                onClick={() => setUnreadOnly(only)}
              >
                {only ? t("notifications.onlyUnread") : t("ui.all")}
              </button>
            ))}
          </div>
        </Bar>
        <Listing
          of={told}
          empty={
            <Empty icon={BellOff} title={unreadOnly ? t("notifications.allRead") : t("notifications.none")}>
              <p>{unreadOnly ? t("notifications.allReadAbout") : t("notifications.noneAbout")}</p>
            </Empty>
          }
        >
          {(rows) => (
            <ul className={css.list} aria-label={t("notifications.title")}>
              {rows.map((one) => (
                <NotificationRow
                  key={one.id}
                  one={one}
                  onRead={() => reading.read(one)}
                  onRemove={() => reading.remove(one)}
                />
              ))}
            </ul>
          )}
        </Listing>
      </Page>
      {isChoosing && <HowTold onClose={() => setIsChoosing(false)} />}
    </div>
  );
}
