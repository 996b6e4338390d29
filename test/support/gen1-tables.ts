/** The tables of a gen_1 database as Lmod's first tools made them. */
export const gen1Tables: string = `
  CREATE TABLE userT (
    user_id int(11) unsigned NOT NULL auto_increment, user varchar(64) NOT NULL, PRIMARY KEY (user_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci;
  CREATE TABLE moduleT (
    mod_id int(11) unsigned NOT NULL auto_increment, path varchar(1024) NOT NULL, module varchar(64) NOT NULL,
    syshost varchar(32) NOT NULL, PRIMARY KEY (mod_id), INDEX thekey (path(128), syshost)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci;
  CREATE TABLE join_user_module (
    join_id int(11) unsigned NOT NULL auto_increment, user_id int(11) unsigned NOT NULL,
    mod_id int(11) unsigned NOT NULL, date DATETIME NOT NULL, PRIMARY KEY (join_id, date), INDEX index_date (date)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci`;
