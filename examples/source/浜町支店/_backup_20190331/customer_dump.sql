-- hama-sv1 / kokyaku 2.4.1.0   dumped 2019-03-31 22:10:04
-- PostgreSQL database dump (partial)
SET client_encoding = 'EUC_JP';

CREATE TABLE kokyaku (
    cif        char(10) PRIMARY KEY,
    simei      varchar(40) NOT NULL,
    kana       varchar(60),
    seinen     date,
    yubin      char(8),
    jusyo      varchar(120),
    tel        varchar(13),
    koza       char(7),
    biko       text
);

COPY kokyaku (cif, simei, kana, seinen, yubin, jusyo, tel, koza, biko) FROM stdin;
⟦0050100218|CUSTOMER_ID⟧	⟦安房 雪江|PERSON⟧	⟦アワ ユキエ|PERSON⟧	⟦1929-12-01|DATE_OF_BIRTH⟧	⟦273-0012|POSTAL_CODE⟧	⟦千葉県船橋市浜町2-5-10|ADDRESS⟧	⟦047-555-2917|PHONE⟧	⟦0109921|BANK_ACCOUNT⟧	2018年11月死亡 相続未了
⟦0050103377|CUSTOMER_ID⟧	⟦海士野 稔|PERSON⟧	⟦アマノ ミノル|PERSON⟧	⟦1953-04-17|DATE_OF_BIRTH⟧	⟦273-0018|POSTAL_CODE⟧	⟦千葉県船橋市栄町1-22-4|ADDRESS⟧	⟦047-555-8061|PHONE⟧	⟦0110448|BANK_ACCOUNT⟧	\N
⟦0050106694|CUSTOMER_ID⟧	⟦喜屋武 ゆかり|PERSON⟧	⟦キャン ユカリ|PERSON⟧	⟦1981-08-26|DATE_OF_BIRTH⟧	⟦275-0012|POSTAL_CODE⟧	⟦千葉県習志野市本大久保3-9-1 メゾン凪203|ADDRESS⟧	⟦090-5518-6420|PHONE⟧	⟦0111007|BANK_ACCOUNT⟧	離婚により旧姓 ⟦佐原|PERSON⟧
⟦0050109951|CUSTOMER_ID⟧	⟦浅利 絹代|PERSON⟧	⟦アサリ キヌヨ|PERSON⟧	⟦1944-03-12|DATE_OF_BIRTH⟧	⟦273-0012|POSTAL_CODE⟧	⟦千葉県船橋市浜町2-14-6|ADDRESS⟧	⟦047-555-2081|PHONE⟧	⟦0113864|BANK_ACCOUNT⟧	\N
⟦0050111420|CUSTOMER_ID⟧	⟦王 建国|PERSON⟧	⟦オウ ケンコク|PERSON⟧	⟦1966-10-01|DATE_OF_BIRTH⟧	⟦273-0045|POSTAL_CODE⟧	⟦千葉県船橋市山手1-17-2|ADDRESS⟧	\N	⟦0114005|BANK_ACCOUNT⟧	⟦透析|SENSITIVE⟧で週3回通院、来店は火木
\.

CREATE USER kokyaku_app WITH PASSWORD '⟦hama2019Kokyaku|SECRET⟧';
GRANT SELECT, UPDATE ON kokyaku TO kokyaku_app;

-- Name: denpyo; 取引伝票番号は12桁 (例 201903310001)
INSERT INTO denpyo VALUES ('201903290117', '⟦0050103377|CUSTOMER_ID⟧', 30000);
INSERT INTO denpyo VALUES ('201903290118', '⟦0050106694|CUSTOMER_ID⟧', 5400);
