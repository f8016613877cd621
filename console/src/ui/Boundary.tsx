import { TriangleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";
import { words } from "../words";
import { Button } from "./Button";
import { Empty } from "./States";

interface Props {
  /** What is shown; when that is another, it is tried again. */
  of?: string;
  children: ReactNode;
}

interface State {
  of: string | undefined;
  isBroken: boolean;
}

/** Where something cannot be drawn it is said, and the rest of the page stays. */
export class Boundary extends Component<Props, State> {
  override state: State = { of: this.props.of, isBroken: false };

  static getDerivedStateFromError(): Partial<State> {
    return { isBroken: true };
  }

  static getDerivedStateFromProps({ of }: Props, state: State): Partial<State> | null {
    return of === state.of ? null : { of, isBroken: false };
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return (
      <Empty icon={TriangleAlert} title={words.t("ui.broken")}>
        <p role="alert">{words.t("ui.brokenHint")}</p>
        <Button onClick={() => location.reload()}>{words.t("ui.loadAnew")}</Button>
      </Empty>
    );
  }
}
