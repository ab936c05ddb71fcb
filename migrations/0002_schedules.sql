CREATE TABLE `schedules` (
	`flow` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`through` integer NOT NULL,
	`next_at` integer,
	`status` text NOT NULL,
	`note` text,
	`by` text,
	`changed_at` integer,
	`paused_from` integer,
	`revision` integer NOT NULL,
	`alerted_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `schedules_by_next` ON `schedules` (`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `tick_sends` (
	`id` text PRIMARY KEY NOT NULL,
	`made_at` integer NOT NULL,
	`sends` integer NOT NULL,
	`send_at` integer NOT NULL,
	`ticks` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ticks` (
	`flow` text NOT NULL,
	`nominal` integer NOT NULL,
	`backfill` text NOT NULL,
	`due` integer NOT NULL,
	`actual` integer NOT NULL,
	`outcome` text NOT NULL,
	`version` integer NOT NULL,
	`run` text,
	`reason` text,
	PRIMARY KEY(`flow`, `nominal`, `backfill`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO schedules (flow, version, through, next_at, status, revision)
SELECT name, version, unixepoch() * 1000, unixepoch() * 1000, 'active', 1 FROM flows
WHERE trigger = 'schedule' AND status <> 'archived';
