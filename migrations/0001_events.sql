-- `WITHOUT ROWID` is added by hand, as in the first migration.
CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`source_id` text NOT NULL,
	`type` text NOT NULL,
	`subject` text,
	`time` integer,
	`accepted_at` integer NOT NULL,
	`actor` text,
	`verdicts` text,
	`closed_at` integer,
	`sends` integer DEFAULT 0 NOT NULL,
	`send_at` integer,
	`attributes` text,
	`headers` text,
	`data` text,
	`raw` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `events_by_source` ON `events` (`source`,`source_id`);
--> statement-breakpoint
CREATE TABLE `marks` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `refusals` (
	`source` text NOT NULL,
	`hour` integer NOT NULL,
	`reason` text NOT NULL,
	`count` integer NOT NULL,
	`sample` text NOT NULL,
	PRIMARY KEY(`source`, `hour`, `reason`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sources` (
	`name` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`note` text,
	`settings` text NOT NULL,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`paused_at` integer,
	`by` text NOT NULL
) WITHOUT ROWID;
