"""What says what a value is: labels beside and above it, columns of tables, keys of data files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.detect.interface import Detector

    Find = Callable[[str], list[tuple[str, str]]]

PERSON, PHONE, ACCOUNT = ("山田太郎", "PERSON"), ("03-1234-5678", "PHONE"), ("1234567", "BANK_ACCOUNT")
ADDRESS, BIRTH = ("東京都千代田区丸の内1-1-1", "ADDRESS"), ("1970-01-02", "DATE_OF_BIRTH")


@pytest.mark.parametrize(
    "text",
    [
        "氏名：山田太郎　電話：03-1234-5678",
        "氏名 山田太郎\n電話 03-1234-5678",
        "氏　名　山田太郎\n電　話　03-1234-5678",
        "【氏名】山田太郎【電話】03-1234-5678",
        "・お名前　山田太郎様\n・電話番号…03-1234-5678",
        "氏名=山田太郎&tel=03-1234-5678",
        "氏名（本人）：山田太郎、連絡先（自宅）：03-1234-5678",
        "「氏名」は山田太郎、「電話」は03-1234-5678",
        "> 氏名：山田太郎\n> 電話：03-1234-5678",
    ],
)
def test_label_before_the_value_is_heard(find: Find, text: str) -> None:
    assert find(text) == [PERSON, PHONE]


@pytest.mark.parametrize(
    "text",
    [
        "氏名\n山田太郎\n口座番号\n1234567\n",
        "■氏名\n　山田太郎\n■口座番号\n　1234567\n",
        "氏名：\n  山田太郎\n口座番号：\n  1234567",
        "＊氏名＊\n山田太郎\n＊口座番号＊\n1234567",
    ],
)
def test_label_alone_on_the_line_above_is_heard(find: Find, text: str) -> None:
    assert find(text) == [PERSON, ACCOUNT]


@pytest.mark.parametrize("text", ["口座番号を確認。\n件数 1234567", "顧客番号は後日。1234567"])
def test_label_too_far_away_is_not_heard(find: Find, text: str) -> None:
    assert find(text) == []


TABLES = {
    "csv": "氏名,電話番号,口座番号\n山田太郎,03-1234-5678,1234567\n",
    "csv quoted": '"氏名","電話番号","口座番号"\n"山田太郎","03-1234-5678","1234567"\n',
    "csv spaced": "氏名, 電話番号, 口座番号\n山田太郎, 03-1234-5678, 1234567\n",
    "csv windows": "氏名,電話番号,口座番号\r\n山田太郎,03-1234-5678,1234567\r\n",
    "csv with more": "No,氏名,残高,電話番号,口座番号\n1,山田太郎,7654321,03-1234-5678,1234567\n",
    "csv thousands": "氏名,残高,電話番号,口座番号\n山田太郎,￥7,654,321,03-1234-5678,1234567\n",
    "semicolons": "氏名;電話番号;口座番号\n山田太郎;03-1234-5678;1234567\n",
    "tsv": "氏名\t電話番号\t口座番号\n山田太郎\t03-1234-5678\t1234567\n",
    "markdown": "| 氏名 | 電話番号 | 口座番号 |\n|---|---|---|\n| 山田太郎 | 03-1234-5678 | 1234567 |\n",
    "box": "┌────┐\n│氏名　　│電話番号　　│口座番号│\n├────┤\n│山田太郎│03-1234-5678│1234567 │\n└────┘\n",
    "spaces": "氏名        電話番号        口座番号\n山田太郎    03-1234-5678    1234567\n",
    "slashes": "氏名 / 電話番号 / 口座番号\n山田太郎 / 03-1234-5678 / 1234567\n",
    "latin keys": "name,tel,account_no\n山田太郎,03-1234-5678,1234567\n",
    "sql": "INSERT INTO c (id, name, tel, account_no) VALUES (1, '山田太郎', '03-1234-5678', '1234567');",
    "json": '{"customerName": "山田太郎", "tel": "03-1234-5678", "accountNo": "1234567"}',
    "xml": "<c><name>山田太郎</name><tel>03-1234-5678</tel><account_no>1234567</account_no></c>",
    "yaml": "customer_name: 山田太郎\nphone: 03-1234-5678\naccount_no: '1234567'\n",
    "ini": "[c]\nname = 山田太郎\ntel = 03-1234-5678\naccount = 1234567\n",
    "log": "level=INFO name=山田太郎 tel=03-1234-5678 account=1234567 took=12ms",
    "url": "https://bank.example/f?name=山田太郎&tel=03-1234-5678&account=1234567",
    "php": "['name' => '山田太郎', 'tel' => '03-1234-5678', 'account' => '1234567']",
}


@pytest.mark.parametrize("form", TABLES)
def test_table_or_data_file_names_its_values(find: Find, form: str) -> None:
    assert find(TABLES[form]) == [PERSON, PHONE, ACCOUNT]


@pytest.mark.parametrize(
    "text",
    [
        "氏名,残高,電話番号,口座番号\n山田太郎,7,654,321,03-1234-5678,1234567\n",
        "customer_id,customer_name,tel,account_no\n1,山田太郎,03-1234-5678,1234567\n",
        r'"{\"customerName\": \"山田太郎\", \"tel\": \"03-1234-5678\", \"accountNo\": \"1234567\"}"',
    ],
    ids=["thousands without a currency", "header of compound keys", "JSON in JSON"],
)
def test_table_or_data_file_not_yet_understood_names_its_values(find: Find, text: str) -> None:
    assert find(text) == [PERSON, PHONE, ACCOUNT]


def test_table_that_a_terminal_drew_names_its_values(find: Find) -> None:
    table = "bank=> select * from c;\n cust_no | tel  | n\n---------+------+---\n 1182307 |      | 3\n 1182308 |      | 4\n(2 rows)\n"
    assert find(table) == [("1182307", "CUSTOMER_ID"), ("1182308", "CUSTOMER_ID")]


def test_table_many_rows_are_all_read(find: Find) -> None:
    rows = [("山田太郎", "1000001"), ("佐藤花子", "1000002"), ("鈴木一郎", "1000003"), ("高橋京子", "1000004")]
    found = find("氏名,口座番号\n" + "".join(f"{name},{number}\n" for name, number in rows * 50))
    assert found == [pair for name, number in rows * 50 for pair in ((name, "PERSON"), (number, "BANK_ACCOUNT"))]


def test_table_sql_several_rows_are_all_read(find: Find) -> None:
    text = (
        "INSERT INTO `c` (`name`, `birthday`, `amount`) VALUES\n"
        "('山田太郎', '1970-01-02', 1234567),\n('佐藤花子', '1980-03-04', 7654321);\n"
    )
    assert find(text) == [PERSON, BIRTH, ("佐藤花子", "PERSON"), ("1980-03-04", "DATE_OF_BIRTH")]


def test_table_quoted_cell_keeps_its_comma(find: Find) -> None:
    text = '氏名,住所,電話番号\n"山田太郎","東京都千代田区丸の内1-1-1, ビル3階","03-1234-5678"\n'
    assert find(text) == [PERSON, ("東京都千代田区丸の内1-1-1, ビル3階", "ADDRESS"), PHONE]


@pytest.mark.parametrize(
    "text",
    [
        "口座番号,残高,氏名\n1234567,7654321,山田太郎\n",
        "口座番号\t件数\t氏名\n1234567\t7654321\t山田太郎\n",
        "口座番号,種類,預入額,氏名\n1234567,定期,1000000,山田太郎\n",
        "口座番号,区分,金額,氏名\n1234567,普通,100000,山田太郎\n",
        "| 口座番号 | 受付番号 | 氏名 |\n|--|--|--|\n| 1234567 | 7654321 | 山田太郎 |\n",
    ],
)
def test_table_column_of_other_numbers_is_left_alone(find: Find, text: str) -> None:
    assert find(text) == [ACCOUNT, PERSON]


def test_table_columns_of_surname_and_given_name_are_names(find: Find) -> None:
    text = "姓,名,電話番号,住所\n山田,太郎,03-1234-5678,東京都千代田区丸の内1-1-1\n"
    assert find(text) == [("山田", "PERSON"), ("太郎", "PERSON"), PHONE, ADDRESS]


def test_table_columns_of_surname_and_given_name_with_one_other_are_names(find: Find) -> None:
    assert find("姓,名,電話番号\n山田,太郎,03-1234-5678\n") == [("山田", "PERSON"), ("太郎", "PERSON"), PHONE]


def test_table_ends_where_other_text_begins(find: Find) -> None:
    text = "氏名,口座番号\n山田太郎,1234567\n\n以上のとおり報告します。\n次の表は別紙、\n件数は別、1234568、\n合計,7654321\n"
    assert find(text) == [PERSON, ACCOUNT]


@pytest.mark.parametrize(
    "text",
    [
        "file_name: report_2026.txt",
        "hostname=db01.bank.example",
        "product_name: そよかぜ定期",
        "class_name = AccountReader",
        '{"table_name": "customer", "job_name": "nightly"}',
        "username: yamada",
    ],
)
def test_key_of_a_thing_that_is_no_person_is_no_name(find: Find, text: str) -> None:
    assert [pair for pair in find(text) if pair[1] == "PERSON"] == []


@pytest.mark.parametrize(
    "key", ["birthDate", "birth_date", "BIRTHDAY", "customer.birthday", "customerBirthDate", "date-of-birth", "DOB"]
)
def test_key_in_any_writing_is_read(find: Find, key: str) -> None:
    assert find(f'"{key}": "1970-01-02"') == [BIRTH]


def test_evidence_of_a_column_names_it(engine: Detector) -> None:
    _, phone = engine.detect("氏名,電話番号\n山田太郎,03-1234-5678\n")
    assert phone.why[-1] == "column:電話番号"
