"use client";

import { Button, type ButtonProps } from "@mantine/core";

type Props = Pick<ButtonProps, "m" | "mt"> & {
  pages: { hasMore: boolean; loadingMore: boolean; onMore: () => void };
  children?: string;
};

/** Asks for the next page of a list; gone when there is none. */
export function MoreButton({ pages, children = "Show more", ...margins }: Props) {
  if (!pages.hasMore) return null;
  return (
    <Button
      variant="default"
      size="xs"
      w="fit-content"
      loading={pages.loadingMore}
      onClick={pages.onMore}
      {...margins}
    >
      {children}
    </Button>
  );
}
