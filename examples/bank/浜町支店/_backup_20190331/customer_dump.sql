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
0050100218	安房 雪江	アワ ユキエ	1929-12-01	273-0012	千葉県船橋市浜町2-5-10	047-555-2917	0109921	2018年11月死亡 相続未了
0050103377	海士野 稔	アマノ ミノル	1953-04-17	273-0018	千葉県船橋市栄町1-22-4	047-555-8061	0110448	\N
0050106694	喜屋武 ゆかり	キャン ユカリ	1981-08-26	275-0012	千葉県習志野市本大久保3-9-1 メゾン凪203	090-5518-6420	0111007	離婚により旧姓 佐原
0050109951	浅利 絹代	アサリ キヌヨ	1944-03-12	273-0012	千葉県船橋市浜町2-14-6	047-555-2081	0113864	\N
0050111420	王 建国	オウ ケンコク	1966-10-01	273-0045	千葉県船橋市山手1-17-2	\N	0114005	透析で週3回通院、来店は火木
\.

CREATE USER kokyaku_app WITH PASSWORD 'hama2019Kokyaku';
GRANT SELECT, UPDATE ON kokyaku TO kokyaku_app;

-- Name: denpyo; 取引伝票番号は12桁 (例 201903310001)
INSERT INTO denpyo VALUES ('201903290117', '0050103377', 30000);
INSERT INTO denpyo VALUES ('201903290118', '0050106694', 5400);
