import Link from "next/link";
import type { ReactNode } from "react";
import classes from "./page.module.css";

type Props = {
  label: string;
  /** Formatted already, with its unit. */
  value: ReactNode;
  /** Interval, n, or what it is compared with. */
  note?: ReactNode;
  href?: string;
  /** Somebody should act on it. */
  waiting?: boolean;
};

/** One number with its name and its footing. */
export function Figure({ label, value, note, href, waiting }: Props) {
  const content = (
    <>
      <span className={classes.figureLabel}>{label}</span>
      <span className={classes.figureValue}>{value}</span>
      {note && <span className={classes.figureNote}>{note}</span>}
    </>
  );
  const className = waiting ? `${classes.figure} ${classes.waiting}` : classes.figure;
  return href ? (
    <Link href={href} className={className}>
      {content}
    </Link>
  ) : (
    <div className={className}>{content}</div>
  );
}

/** Figures side by side, two at least. */
export function Figures({ children }: { children: ReactNode }) {
  return <div className={classes.figures}>{children}</div>;
}
