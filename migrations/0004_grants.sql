CREATE TABLE `grants` (
	`who` text NOT NULL,
	`flow` text NOT NULL,
	`id` text NOT NULL,
	`reason` text NOT NULL,
	`by` text NOT NULL,
	`created_at` integer NOT NULL,
	`until` integer,
	`ended_at` integer,
	`ended_by` text,
	PRIMARY KEY(`who`, `flow`, `id`)
) WITHOUT ROWID;
