-- `WITHOUT ROWID` is added by hand to what drizzle-kit generates: it saves a row written per insert (src/storage/schema.ts).
CREATE TABLE `connections` (
	`name` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`sealed` text NOT NULL,
	`honours_idempotency_key` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`by` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`queue` text NOT NULL,
	`at` integer NOT NULL,
	`error` text,
	`body` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `flow_versions` (
	`flow` text NOT NULL,
	`version` integer NOT NULL,
	`format` text NOT NULL,
	`hash` text NOT NULL,
	`by` text NOT NULL,
	`created_at` integer NOT NULL,
	`text` text NOT NULL,
	`definition` text NOT NULL,
	PRIMARY KEY(`flow`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `flows` (
	`name` text PRIMARY KEY NOT NULL,
	`title` text,
	`origin` text NOT NULL,
	`status` text NOT NULL,
	`version` integer NOT NULL,
	`trigger` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `run_pages` (
	`run` text NOT NULL,
	`first` integer NOT NULL,
	`revision` integer NOT NULL,
	`count` integer NOT NULL,
	`steps` text NOT NULL,
	PRIMARY KEY(`run`, `first`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`flow` text NOT NULL,
	`version` integer NOT NULL,
	`status` text NOT NULL,
	`trigger` text NOT NULL,
	`attempt` integer NOT NULL,
	`revision` integer NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	`steps` integer NOT NULL,
	`parent` text,
	`search` text NOT NULL,
	`caller` text NOT NULL,
	`error` text,
	`detail` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `runs_by_flow` ON `runs` (`flow`,`id`);
--> statement-breakpoint
CREATE TABLE `secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`sealed` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`by` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tokens` (
	`handle` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`flow` text,
	`client` text NOT NULL,
	`by` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer
) WITHOUT ROWID;
