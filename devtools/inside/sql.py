"""Run one SQL statement by Odoo's own driver: sql.py DATABASE STATEMENT.

Prints the rows as JSON; on failure the server's words, without a traceback.
"""

import json
import sys

import psycopg2


def main(database, statement):
    try:
        connection = psycopg2.connect(dbname=database)
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(statement)
    except psycopg2.Error as error:
        return str(error).strip()
    rows = cursor.fetchall() if cursor.description else []
    print(json.dumps(rows, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
