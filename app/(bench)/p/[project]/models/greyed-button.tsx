"use client";

import { Button, type ButtonProps, Tooltip } from "@mantine/core";
import Link from "next/link";

type Props = ButtonProps & {
  children: React.ReactNode;
  /** Why it cannot be used now; undefined when it can. */
  because: string | undefined;
  href?: string;
  /** The address is a file to keep, not a page to go to. */
  download?: boolean;
  onClick?: () => void;
};

/** A button that says why it is grey. Greyed it stays reachable by keyboard, so that the reason can be read. */
export function GreyedButton({ because, href, download, onClick, ...rest }: Props) {
  if (because === undefined) {
    if (href === undefined) return <Button {...rest} {...(onClick ? { onClick } : {})} />;
    return download ? (
      <Button component="a" href={href} download {...rest} />
    ) : (
      <Button component={Link} href={href} {...rest} />
    );
  }
  return (
    <Tooltip label={because} multiline maw={320}>
      <Button {...rest} data-disabled aria-disabled aria-description={because} type="button" />
    </Tooltip>
  );
}
