/** What a directory says of a person, by its columns, such as `name`, `email`, `group`. No value is empty. */
export type Person = ReadonlyMap<string, string>;

/** What a directory has said. */
export interface People {
  /** All that it may say of a person. */
  readonly columns: readonly string[];
  /** The users that it knows, among those asked for. */
  readonly byUser: ReadonlyMap<string, Person>;
}

/** Who stands behind user names: a list that the site keeps, or the system's own. Read when it is asked. */
export interface PeopleDirectory {
  /** For messages. */
  readonly name: string;
  /** @throws AppError DIRECTORY */
  lookUp(users: readonly string[]): Promise<People>;
}
