package importer

import (
	"bytes"
	"context"
	strict "encoding/csv"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/origin"
	"mlpipeline/internal/testutil"
	"mlpipeline/internal/times"
)

// imported is what comes of a source.
type imported struct {
	*Table
	rows    []string // their cells, with blanks between them
	cells   [][]string
	rejects []Reject
	left    int64
}

func (i *imported) said() string {
	all := append([]string{}, i.Notes...)
	for j, name := range i.Header {
		all = append(all, name+": "+string(i.Kind(j)))
		for _, why := range i.formats[j].why {
			all = append(all, name+": "+why)
		}
	}
	return strings.Join(all, "\n")
}

// read imports a source in full.
func read(t testing.TB, content string, opt Options) (*imported, error) {
	t.Helper()
	return readIn(t, t.TempDir(), content, opt)
}

// readIn imports it by way of a folder.
func readIn(t testing.TB, dir, content string, opt Options) (*imported, error) {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(dir, "f.csv")
	testutil.WriteFile(t, path, content)
	if opt.Target == "" {
		opt.Target = "y"
	}
	short := func(err error) error { return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), dir+"/", "")) }
	s, err := origin.Open(ctx, path, dir, "", nil)
	if err != nil {
		return nil, short(err)
	}
	defer s.Close()
	tab, err := Profile(ctx, s, &opt, 3, func(int) {})
	if err != nil {
		return nil, short(err)
	}
	if err := Decide([]*Table{tab}, &opt); err != nil {
		return nil, short(err)
	}
	got := &imported{Table: tab}
	for chunk, err := range tab.Chunks(ctx, 3) {
		if err != nil {
			return nil, short(err)
		}
		got.left += chunk.NoTime + chunk.NoGroup + chunk.Blank
		got.rejects = append(got.rejects, chunk.Rejects...)
		for _, r := range chunk.Rows {
			cells, err := strict.NewReader(bytes.NewReader(r.Line)).Read()
			if err != nil {
				t.Fatalf("%q: %v", r.Line, err)
			}
			got.cells = append(got.cells, cells)
			got.rows = append(got.rows, strings.ReplaceAll(strings.TrimSuffix(string(r.Line), "\n"), ",", " "))
		}
	}
	return got, nil
}

// Every quirk that people's files have, with a file made for it.
func TestQuirks(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		// How cells are told apart.
		{"comma", "time,y,z\n2020-01-01,1,2\n", "2020-01-01T00:00:00Z 1 2"},
		{"semicolon", "time;y;z\n2020-01-01;1;2\n", "2020-01-01T00:00:00Z 1 2"},
		{"tab", "time\ty\tz\n2020-01-01\t1\t2\n2020-01-02\t\t2\n", "2020-01-01T00:00:00Z 1 2|2020-01-02T00:00:00Z  2"},
		{"bar", "time|y\n2020-01-01|1\n", "2020-01-01T00:00:00Z 1"},
		{"aligned blanks", "  time        y   z\n  2020-01-01  1  10\n  2020-01-02 20   3  \n",
			"2020-01-01T00:00:00Z 1 10|2020-01-02T00:00:00Z 20 3"},
		{"said by Excel", "sep=;\ntime;y\n2020-01-01;1\n", "2020-01-01T00:00:00Z 1"},
		{"all quoted", "\"time\",\"y\",\"n\"\n\"2020-01-01\",\"1\",\"a, b\nc\"\n\"2020-01-02\",\"1\",\"a, b\nc\"\n",
			"2020-01-01T00:00:00Z 1 \"a  b\nc\"|2020-01-02T00:00:00Z 1 \"a  b\nc\""},
		{"quotes in quotes", "y,n\n1,\"a \"\"b\"\"\"\n2,\"a \"\"b\"\"\"\n", `1 "a ""b"""|2 "a ""b"""`},
		{"backslashes", "y,n\n1,\"a \\\"b\\\", c\"\n2,\"a \\\"b\\\", c\"\n", `1 "a ""b""  c"|2 "a ""b""  c"`},
		{"apostrophes", "'y','n'\n'1','it, too'\n'2','it, too'\n", `1 "it  too"|2 "it  too"`},
		{"words with apostrophes", "y,n\n1,don't\n2,don't\n3,can't\n4,can't\n", `1 don't|2 don't|3 can't|4 can't`},
		{"inches", "y,n\n1,5\" pipe\n2,5\" pipe\n", `1 "5"" pipe"|2 "5"" pipe"`},
		{"bom, crlf, no final newline", "\ufefftime,y\r\n2020-01-01,1\r\n2020-01-02,2",
			"2020-01-01T00:00:00Z 1|2020-01-02T00:00:00Z 2"},
		{"old line ends", "time,y\r2020-01-01,1\r", "2020-01-01T00:00:00Z 1"},
		{"spaces", "time, y\n2020-01-01, 1\n", "2020-01-01T00:00:00Z 1"},
		{"empty lines", "y,z\n\n1,2\n\n3,4\n\n", "1 2|3 4"},
		{"Windows-1252", "when;y\n01.02.2020;1.234,50 \x80\n", "2020-02-01T00:00:00Z 1234.50"},
		{"rows of which some end in a delimiter", "y;z\n1;2;\n3;4\n5;6;\n", "1 2|3 4|5 6"},
		{"a bad byte in UTF-8", "y,town\n1,Zürich\n2,Gen\xe8ve\n", "f.csv:3: holds a byte that is not UTF-8, as the rest of the " +
			"file is; mend it, or -encoding utf-8 reads such bytes as \ufffd"},
		{"NUL", "y,z\n1,\x00\n", "f.csv: holds NUL bytes; it is not a CSV file"},

		{"two byte order marks", "\ufeff\ufefft,y\n3,1\n4,2\n", "3 1|4 2"},
		{"names in brackets", "<t>,y\n3,1\n4,2\n", "3 1|4 2"},
		{"old line ends but the last", "t,y\r3,1\r4,2\r\n", "3 1|4 2"},
		{"no bzip2", "BZh,y\n1,2\n", "1 2"},
		{"bzip2", "BZh91AY&SY\x00\x01", "f.csv: is packed as neither gzip, zstd nor zip; unpack it: bzcat FILE, or xzcat, | " +
			"data_creation -import -"},

		// Headers.
		{"preamble", "Station 7\nfrom the archive, 2020\n\nwhen,y,z\n1,2,3\n4,5,6\n", "1 2 3|4 5 6"},
		{"comment", "# y,z\n1,2\n3,4\n", "1 2|3 4"},
		{"units", "t,y\n°C,m/s\n1,2\n3,4\n", "1 2|3 4"},
		{"names of rows that come twice", "y z\n7 80 New\n8 81 Los\n7 82 New\n", "f.csv:2: 3 cells where the header has 2 " +
			"(delimiter ' '); mend this row, or say how the file is written with -delimiter or -skip"},
		{"the header names the first cell", "date,y,z\n2020-01-01,1,80,1\n2020-01-02,2,81,0\n", "f.csv:2: 4 cells where the " +
			"header has 3 (delimiter ','); mend this row, or say how the file is written with -delimiter or -skip"},
		{"a column that no row fills", "t,y,note\n3,1\n4,2\n5,7\n", "f.csv:2: 2 cells where the header has 3 " +
			"(delimiter ','); mend this row, or say how the file is written with -delimiter or -skip"},
		{"rows that begin with #", "#id,y\n#1,5\n#2,6\n#1,7\n#2,8\n#1,9\n#2,3\n", "#1 5|#2 6|#1 7|#2 8|#1 9|#2 3"},
		{"units after #", "#YY MM DD hh y\n#yr mo dy hr m\n2020 10 11 12 5\n2020 10 11 13 6\n",
			"2020-10-11T12:00:00Z 5|2020-10-11T13:00:00Z 6"},
		{"a header of years", "y,1990,1991,1992\n1,4,5,6\n2,7,9,2\n", "1 4 5 6|2 7 9 2"},

		{"titles as wide as the table", "My meter,,\nRate: A,,\nname,y,z\na,2,3\na,5,6\n", "a 2 3|a 5 6"},
		{"the header once more", "z,y\na,1\nb,2\na,3\nz,y\na,1\n", "f.csv:5: \"z,y\" is another header, with 3 rows above and 1 below it; import " +
			"them apart: head -n 4 FILE, or tail -n +5 FILE, | data_creation -import -"},
		{"a row of words that is one", "z,y,w\na,1,2\nb,x,2\na,3,4\n" + strings.Repeat("a,3,5\n", 20), "23 rows"},
		{"a total in Russian, after windows", "z;y\r\na;1\r\nb;2\r\nb;2\r\nИтого:;5\r\n", "a 1|b 2|b 2"},
		{"a word that is no total", "z,y\nTotal,1\nb,2\nTotal,6\n", "Total 1|b 2|Total 6"},

		// Times.
		{"either way the same", "time,y\n1/1/2020,1\n2/2/2020,2\n", "2020-01-01T00:00:00Z 1|2020-02-02T00:00:00Z 2"},
		{"points from the year on", "time,y\n2020.01.31 10:00,1\n2020.02.01 11:00,2\n",
			"2020-01-31T10:00:00Z 1|2020-02-01T11:00:00Z 2"},
		{"day of the year after a hyphen", "time,y\n2020-001,1\n2020-032,2\n", "2020-01-01T00:00:00Z 1|2020-02-01T00:00:00Z 2"},
		{"months and minutes of a buoy", "#YY MM DD hh mm y\n#yr mo dy hr mn m\n2019 01 31 23 50 1\n2019 02 01 00 20 2\n",
			"2019-01-31T23:50:00Z 1|2019-02-01T00:20:00Z 2"},
		{"hours with a zone", "Date,Hour (PST),y\n1/31/2019,2300,1\n1/31/2019,2400,2\n",
			"2019-01-31T23:00:00Z 1|2019-02-01T00:00:00Z 2"},
		{"rows that R counted, with a time", "\"date\",\"y\"\n\"1\",\"2015-02-04\",5\n\"2\",\"2015-02-05\",6\n",
			"2015-02-04T00:00:00Z 5|2015-02-05T00:00:00Z 6"},
		{"a and p", "time,y\n01/31/2020 12:30a,1\n02/01/2020 1:30p,2\n", "2020-01-31T00:30:00Z 1|2020-02-01T13:30:00Z 2"},
		{"a day and a clock whose names do not tell", "Périmètre,Le,Heures,y\nF,2019-01-31,23:45,1\nF,2019-01-31,23:50,2\nF,2019-02-01,00:00,3\n",
			"2019-01-31T23:45:00Z F 1|2019-01-31T23:50:00Z F 2|2019-02-01T00:00:00Z F 3"},
		{"a clock of each day", "date,sunrise,y\n2019-01-31,07:45,1\n2019-02-01,07:43,2\n",
			"2019-01-31T00:00:00Z 1|2019-02-01T00:00:00Z 2"},
		{"a clock that is the same all day", "day,sunrise,y\n2019-01-31,07:45,1\n2019-01-31,07:45,2\n2019-02-01,07:43,3\n",
			"2019-01-31T00:00:00Z 07:45 1|2019-01-31T00:00:00Z 07:45 2|2019-02-01T00:00:00Z 07:43 3"},
		{"a clock beside the hour", "date,hour,span,y\n2019-01-31,1,00:11,1\n2019-01-31,2,00:18,2\n2019-02-01,0,00:11,3\n",
			"2019-01-31T01:00:00Z 00:11 1|2019-01-31T02:00:00Z 00:18 2|2019-02-01T00:00:00Z 00:11 3"},
		{"units that are no parts of a time", "Date,Hour,Min (mm),Max (mm),y\n2019-01-31,1,1,5,7\n2019-01-31,2,2,6,8\n",
			"2019-01-31T01:00:00Z 1 5 7|2019-01-31T02:00:00Z 2 6 8"},
		{"seconds of an experiment", "Date,Time (s),y\n2019-01-31,12,1\n2019-02-01,13,2\n",
			"2019-01-31T00:00:00Z 12 1|2019-02-01T00:00:00Z 13 2"},
		{"a layout in a name alone", "Date (DD/MM),HOUR (hh:mm),y\n1/2/2019,01:00,1\n14/2/2019,02:00,2\n",
			"2019-02-01T01:00:00Z 1|2019-02-14T02:00:00Z 2"},
		{"two clocks and one day", "Le,rise,set,y\n2019-01-31,07:45,17:00,1\n2019-01-31,07:46,17:01,2\n",
			"2019-01-31T00:00:00Z 1|2019-01-31T00:00:00Z 2"},
		{"dates of digits, whatever they are called", "stamp,y\n202001312350,1\n202002010000,2\nthe end of it\n",
			`f.csv: column "stamp" has times in digits, as "202001312350" in line 2; -time stamp takes it for the time, -time '' leaves it a number`},
		{"seconds of digits in order", "time,y\n20200131235001,1\n20200201000002,2\n", "2020-01-31T23:50:01Z 1|2020-02-01T00:00:02Z 2"},
		{"digits that are no dates", "what,y\n202001312350,1\n202013010000,2\n", "202001312350 1|202013010000 2"},
		{"digits of no century of ours", "what,y\n18991231,1\n18991230,2\n", "18991231 1|18991230 2"},
		{"dates of birth", "birth,y\n19800131,1\n19600201,2\n", "19800131 1|19600201 2"},
		{"a date beside digits", "taken,code,y\n2020-01-31,19800131,1\n2020-02-01,19600201,2\n",
			"2020-01-31T00:00:00Z 19800131 1|2020-02-01T00:00:00Z 19600201 2"},
		{"when", "when,y\n1185926400,1\n1185926460,2\n", "2007-08-01T00:00:00Z 1|2007-08-01T00:01:00Z 2"},
		{"measurements below a remark", "Report of a station\n3.5,28.25\n-2.6,12.5\n1.5,8\n", `f.csv:2: there is no column "y"; name it with ` +
			`-target: the header has "column_1", "column_2"; -target '' reads rows without one; if the first line is the header, use -header=true`},
		{"months in German", "Monat,Jahr,y\nJanuar,2020,1\nMärz,2020,2\nDez,2020,3\n", "2020-01-01T00:00:00Z 1|2020-03-01T00:00:00Z 2|" +
			"2020-12-01T00:00:00Z 3"},
		{"months in French", "jour,y\n1 févr. 2020,1\n3 juil. 2020,2\n4 août 2020,3\n", "2020-02-01T00:00:00Z 1|2020-07-03T00:00:00Z 2|" +
			"2020-08-04T00:00:00Z 3"},
		{"months in Spanish", "dia,y\n01-ene-2020 10:00,1\n02-DIC-2020 11:00,2\n", "2020-01-01T10:00:00Z 1|2020-12-02T11:00:00Z 2"},
		{"words that are no months", "run,y\n1 set-up 2020,1\n1 set-up 2020,2\n1 set-up 2020,3\n", "1 set-up 2020 1|1 set-up 2020 2|" +
			"1 set-up 2020 3"},
		{"words that begin as months", "event,y\nMarathon 2019,1\nMarathon 2019,2\nMagnum 2001,3\n", "Marathon 2019 1|Marathon 2019 2|Magnum 2001 3"},
		{"a point after the day", "Tag,y\n31. Januar 2020,1\n1. Feb. 2020,2\n", "2020-01-31T00:00:00Z 1|2020-02-01T00:00:00Z 2"},
		{"a data logger", "\"TOA5\",\"CR1000\",\"4\"\n\"TIMESTAMP\",\"RECORD\",\"T_Avg\",\"y\"\n\"TS\",\"RN\",\"Deg C\",\"%\"\n" +
			"\"\",\"\",\"Avg\",\"Smp\"\n\"2020-01-01\",7,1.5,50\n\"2020-01-02\",9,2.5,60\n\"2020-01-03\",8,3.5,70\n\"2020-01-04\",8,4.5,80\n",
			"2020-01-01T00:00:00Z 7 1.5 50|2020-01-02T00:00:00Z 9 2.5 60|2020-01-03T00:00:00Z 8 3.5 70|2020-01-04T00:00:00Z 8 4.5 80"},
		{"names of the least and the most", "date,Temp,,Rain,Wind\n,Min,Max,Tot,Avg\n2020-01-01,1,5,0,3\n2020-01-02,2,6,1,4\n",
			`f.csv:1: there is no column "y"; name it with -target: the header has "date", "Temp Min", "Temp Max", "Rain Tot", "Wind Avg"; ` +
				`-target '' reads rows without one; line 2, "", "Min", "Max", "Tot", "Avg", is the header with -skip 1`},
		{"a code and its flag", "y,z\n1,\"+0039,5\"\n2,\"-0011,5\"\n3,\"-0011,5\"\n", "1 \"+0039 5\"|2 \"-0011 5\"|3 \"-0011 5\""},
		{"a decimal comma after a zero", "y;z\n1;0,39\n2;-0,11\n", "1 0.39|2 -0.11"},
		{"periods of any length", "time,y\n1.1.2020 9:45 - 1.1.2020 10:00,1\n1.1.2020 23:45 - 1.1.2020 24:00,2\n",
			"2020-01-01T09:45:00Z 1|2020-01-01T23:45:00Z 2"},
		{"a period whose end tells", "time,y\n03/04/2021 23:00 - 13/04/2021 00:00,1\n04/04/2021 23:00 - 13/04/2021 00:00,2\n",
			"2021-04-03T23:00:00Z 1|2021-04-04T23:00:00Z 2"},
		{"a server's log", "time,y\n31/Jan/2020:10:00:00 +0100,1\n", "2020-01-31T09:00:00Z 1"},
		{"a zone twice", "time,y\n2020-01-31 10:00:00 +0000 UTC,1\n", "2020-01-31T10:00:00Z 1"},
		{"fractions of seconds", "time;y\n31.01.2020 10:00:00,5;1\n31.01.2020 10:00:01.25;2\n",
			"2020-01-31T10:00:00.5Z 1|2020-01-31T10:00:01.25Z 2"},
		{"epoch with a fraction", "time,y\n1577836800.5,1\n1577836801.25,2\n",
			"2020-01-01T00:00:00.5Z 1|2020-01-01T00:00:01.25Z 2"},
		{"DDMMYY is not YYYYMM", "time,y\n290112,1\n010212,2\n", "290112 1|010212 2"},
		{"a day, its hours and minutes", "date,hour,minute,y\n2020-01-31,5,7,1\n2020-01-31,15,30,2\n",
			"2020-01-31T05:07:00Z 1|2020-01-31T15:30:00Z 2"},
		{"a day and its hours", "YYYYMMDD,HH,y\n20200101,23,1\n20200101,24,2\n20200102,1,3\n",
			"2020-01-01T23:00:00Z 1|2020-01-02T00:00:00Z 2|2020-01-02T01:00:00Z 3"},
		{"hours and minutes together", "date,hhmm,y\n2020-01-01,2300,1\n2020-01-02,0,2\n2020-01-02,100,3\n",
			"2020-01-01T23:00:00Z 1|2020-01-02T00:00:00Z 2|2020-01-02T01:00:00Z 3"},
		{"YR MO DA HR", "YR,MO,DA,HR,y\n2020,1,31,23,1\n2020,2,1,0,2\n",
			"2020-01-31T23:00:00Z 1|2020-02-01T00:00:00Z 2"},
		{"parts and a decimal year", "year,month,decimal date,y\n1958,3,1958.2027,315\n1958,4,1958.2877,317\n",
			"1958-03-01T00:00:00Z 1958.2027 315|1958-04-01T00:00:00Z 1958.2877 317"},
		{"the year of a thing", "model year,y\n2015,1\n2012,2\n2019,3\n", "2015 1|2012 2|2019 3"},
		{"YYYY/MM/DD", "time,y\n2021/04/03 05:06:07,1\n", "2021-04-03T05:06:07Z 1"},
		{"AM and PM", "time,y\n4/13/2021 1:05 PM,1\n", "2021-04-13T13:05:00Z 1"},
		{"zone", "time,y\n2021-04-03T05:06:07+02:00,1\n", "2021-04-03T03:06:07Z 1"},
		{"zone without colon", "time,y\n2021-04-03 05:06:07 -0800,1\n", "2021-04-03T13:06:07Z 1"},
		{"epoch in milliseconds", "time,y\n1617424000500,1\n", "2021-04-03T04:26:40.5Z 1"},
		{"year by another name", "a,y\n1947,1\n1948,2\n", "1947 1|1948 2"},
		{"time in seconds", "time,y\n0,1\n30,2\n", "0 1|30 2"},
		{"decimal year", "time,y\n1959,1\n1959.25,2\n", "1959-01-01T00:00:00Z 1|1959-04-02T06:00:00Z 2"},
		{"month", "when,y\n1959-01,1\n1959-02,2\n", "1959-01-01T00:00:00Z 1|1959-02-01T00:00:00Z 2"},
		{"month's name", "date,y\nJan 2010,1\nFeb 2010,2\n", "2010-01-01T00:00:00Z 1|2010-02-01T00:00:00Z 2"},
		{"day's month's name", "date,y\nJan 1 2010,1\nFeb 11 2010,2\n", "2010-01-01T00:00:00Z 1|2010-02-11T00:00:00Z 2"},
		{"quarters", "q,y\n1959Q1,1\n1959Q2,2\n", "1959-01-01T00:00:00Z 1|1959-04-01T00:00:00Z 2"},
		{"ambiguous date", "time,y\n03/04/2021,1\n05/06/2021,1\n", `f.csv:2: column "time": "03/04/2021" is ` +
			`2021-03-04T00:00:00Z as M/D/YYYY and 2021-04-03T00:00:00Z as D/M/YYYY, and no row tells which; use ` +
			`-time-layout 'M/D/YYYY' or 'D/M/YYYY'`},
		{"years long and short", "time,y\n31.01.2025,1\n01.02.25,2\n", "2025-01-31T00:00:00Z 1|2025-02-01T00:00:00Z 2"},
		{"ISO weeks", "time,y\n2020-W53,1\n2021-W01,2\n", "2020-12-28T00:00:00Z 1|2021-01-04T00:00:00Z 2"},
		{"days of ISO weeks", "time,y\n2020-W53-7,1\n2021-W01-1,2\n", "2021-01-03T00:00:00Z 1|2021-01-04T00:00:00Z 2"},
		{"JavaScript", "time,y\nTue Jan 02 2024 10:00:00 GMT+0100 (Central European Standard Time),1\nWed Jan 03 2024 10:00:00 GMT+0100 " +
			"(Central European Standard Time),2\n", "2024-01-02T09:00:00Z 1|2024-01-03T09:00:00Z 2"},
		{"weekdays", "time;y\nMonday, January 1, 2024;1\nTuesday, January 2, 2024;2\n", "2024-01-01T00:00:00Z 1|2024-01-02T00:00:00Z 2"},
		{"a.m.", "time,y\n01/31/2020 12:00 a.m.,1\n02/01/2020 1:30 p.m.,2\n", "2020-01-31T00:00:00Z 1|2020-02-01T13:30:00Z 2"},
		{"months in Polish", "time,y\n1 stycznia 2020,1\n3 lut 2020,2\n4 września 2020,3\n", "2020-01-01T00:00:00Z 1|2020-02-03T00:00:00Z 2|" +
			"2020-09-04T00:00:00Z 3"},
		{"the year first, after points", "time;y\n13.01.31;1\n13.02.01;2\n13.03.02;2\n14.01.09;5\n", "2013-01-31T00:00:00Z 1|2013-02-01T00:00:00Z 2|" +
			"2013-03-02T00:00:00Z 2|2014-01-09T00:00:00Z 5"},
		{"years that are called so in Russian", "time,y\n1 января 2020 г.,1\n3 мая 2020 г.,2\n", "2020-01-01T00:00:00Z 1|2020-05-03T00:00:00Z 2"},
		{"months in Russian", "time,y\n1 января 2020,1\n3 мая 2020,2\n4 дек. 2020,3\n", "2020-01-01T00:00:00Z 1|2020-05-03T00:00:00Z 2|" +
			"2020-12-04T00:00:00Z 3"},
		{"epoch in nanoseconds", "time,y\n1617424000500000000,1\n", "2021-04-03T04:26:40.5Z 1"},
		{"hours that are counts", "Date,HR,y\n31/01/2016,0,1\n01/02/2016,1,2\n02/02/2016,0,3\n", "2016-01-31T00:00:00Z 0 1|2016-02-01T00:00:00Z 1 2|" +
			"2016-02-02T00:00:00Z 0 3"},
		{"hours that rise and fall within a day", "Date,HR,y\n31/01/2016,0,1\n31/01/2016,2,1\n31/01/2016,1,1\n31/01/2016,3,1\n31/01/2016,0,1\n" +
			"31/01/2016,2,1\n", "2016-01-31T00:00:00Z 0 1|2016-01-31T00:00:00Z 2 1|2016-01-31T00:00:00Z 1 1|2016-01-31T00:00:00Z 3 1|" +
			"2016-01-31T00:00:00Z 0 1|2016-01-31T00:00:00Z 2 1"},
		{"years of a panel", "firm,year,y\na,1947,1\nb,1947,3\na,1948,2\nb,1948,2\n", "1947-01-01T00:00:00Z a 1|1947-01-01T00:00:00Z b 3|" +
			"1948-01-01T00:00:00Z a 2|1948-01-01T00:00:00Z b 2"},
		{"one year", "z,year,y\n5,1947,1\n3,1947,2\n", "5 1947 1|3 1947 2"},
		{"two times", "a,b,y\n2020-01-01,2020-01-02,1\n",
			`f.csv: several columns read as times: "a", "b"; name one with -time, or -time '' for none`},
		{"a beginning and an end", "end,start,y\n2020-01-01,2020-01-02,1\n", "2020-01-02T00:00:00Z 1"},

		{"two blank rows", "when,y\n,\n2020-01-01,1\n,\n2020-01-02,2\n", "2020-01-01T00:00:00Z 1|2020-01-02T00:00:00Z 2"},
		{"hours of the German weather service", "MESS_DATUM;y\n2020010100;1\n2020010101;2\n",
			"2020-01-01T00:00:00Z 1|2020-01-01T01:00:00Z 2"},
		{"quarters in numbers", "year,quarter,y\n1959,1,1\n1959.0,4.0,2\n", "1959-01-01T00:00:00Z 1|1959-10-01T00:00:00Z 2"},
		{"day of the year", "YEAR,DOY,y\n2020,60,1\n2021,60,2\n", "2020-02-29T00:00:00Z 1|2021-03-01T00:00:00Z 2"},
		{"NASA's parts", "YEAR,MO,DY,HR,y\n2020,1,2,3,1\n2020,1,2,4,2\n", "2020-01-02T03:00:00Z 1|2020-01-02T04:00:00Z 2"},
		{"a minute that is none", "year,month,day,hour,minute,y\n2020,1,2,3,60,1\n2020,1,2,4,60,2\n",
			"2020-01-02T03:00:00Z 60 1|2020-01-02T04:00:00Z 60 2"},
		{"date and time (UTC)", "Date;Time (UTC);y\n01/02/2004;18.00.00;1\n13/02/2004;19.00.00;2\n",
			"2004-02-01T18:00:00Z 1|2004-02-13T19:00:00Z 2"},
		{"months after a point", "date,y\n1871.01,1\n1871.1,2\n1871.12,3\n", `f.csv:2: column "date": "1871.01" is ` +
			`1871-01-04T15:36:00Z as year and 1871-01-01T00:00:00Z as YYYY.MM, and no row tells which; use ` +
			`-time-layout 'year' or 'YYYY.MM'`},
		{"UTC, Z and short zones", "when,y\n2020-01-01 00:00:00 UTC,1\n", "2020-01-01T00:00:00Z 1"},
		{"Postgres", "when,y\n2020-01-01 02:00:00+01,1\n", "2020-01-01T01:00:00Z 1"},
		{"IMF", "when,y\n1990M01,1\n1990M12,2\n", "1990-01-01T00:00:00Z 1|1990-12-01T00:00:00Z 2"},
		{"SAS", "when,y\n01JAN2020,1\n", "2020-01-01T00:00:00Z 1"},
		{"two digits", "when,y\nJan-70,1\nFeb-20,2\n", "1970-01-01T00:00:00Z 1|2020-02-01T00:00:00Z 2"},
		{"two digits of an unknown century", "y,when\n1,Jan-60\n2,Feb-60\n", "1|2"},

		// Numbers.
		{"a comma in one column, thousands perhaps in another", "y,tags\n2.401,\"1,1\"\n3.402,\"2,2\"\n", `f.csv: column "y": ` +
			`numbers such as "2.401" in line 2 may have a decimal sign or one between thousands, and nothing tells which; use ` +
			`-decimal y=, or y=.`},
		{"a comma in one column, thousands in another", "y;z\n82.440;4,5\n120.311;5,1\n", "82440 4.5|120311 5.1"},
		{"thousands or not, after semicolons", "y;z\n870;1\n1.020;2\n", `f.csv: column "y": numbers such as "1.020" in line 3 ` +
			`may have a decimal sign or one between thousands, and nothing tells which; use -decimal y=, or y=.`},
		{"thin blanks between thousands", "y;z\n1 000;1\n2 000;2\n", "1000 1|2000 2"},
		{"apostrophes and blanks between thousands", "y;z\n1'000'000;1 234,5\n1'000;234\n", "1000000 1234.5|1000 234"},
		{"decimal comma", "time;y\n2020-01-01;1,5\n2020-01-02;-0,25\n",
			"2020-01-01T00:00:00Z 1.5|2020-01-02T00:00:00Z -0.25"},
		{"thousands, proved by two groups", "y\tz\n1,234,567\t1\n1,234\t2\n5\t3\n", "1234567 1|1234 2|5 3"},
		{"thousands, proved by other columns", "y\tz\n1,234\t1.5\n5\t3.25\n", "1234 1.5|5 3.25"},
		{"ambiguous number", "time\ty\n2020-01-01\t1,013\n2020-01-02\t998\n", `f.csv: column "y": numbers such as ` +
			`"1,013" in line 2 may have a decimal sign or one between thousands, and nothing tells which; use -decimal y=, or y=.`},
		{"signs", "y,z\n$5,10 %\n\"-$1,200.50\",7%\n", "5 10|-1200.50 7"},
		{"a unit after", "y;z\n5 km;1.234,50 EUR\n6 km;-7,5 EUR\n", "5 1234.50|6 -7.5"},
		{"a unit before", "y,z\nCHF 5,~\n\"CHF -1,200.50\",~\n", "5 ~|-1200.50 ~"},
		{"units of two kinds", "y,z\n1,5 km\n2,6 mi\n3,5 km\n4,6 mi\n", "1 5 km|2 6 mi|3 5 km|4 6 mi"},
		{"words before numbers", "y,z\n1,Station 1\n2,Station 1\n3,Station 3\n", "1 Station 1|2 Station 1|3 Station 3"},
		{"debit and credit", "y,z\n5.00 DR,1\n6.00 CR,2\n7.00 DR,3\n", "f.csv: column \"y\": numbers such as \"5.00 DR\" in line 2 are not all in " +
			"one unit (\"CR\", \"DR\"); write them in one"},
		{"signs of currencies", "y,z\n€5,(£6)\n\"-€7,000.50\",£5\n", "5 -6|-7000.50 5"},
		{"a minus after", "y;z\n1.234,50-;5\n7,25;6-\n", "-1234.50 5|7.25 -6"},
		{"groups of two, as in India", "y,z\n\"1,74,642.00\",1\n\"12,34,567\",2\n\"5,000\",3\n", "174642.00 1|1234567 2|5000 3"},
		{"errors of Excel", "y,z\n1,#DIV/0!\n2,#NV\n3,#ЗНАЧ!\n4,5\n5,6\n6,#¡VALOR!\n7,#N/A\n", "1 |2 |3 |4 5|5 6|6 |7 "},
		{"both decimal signs in one column", "y;z\n1;1,5\n2;2.5\n3;7\n", "f.csv: column \"z\": \"2.5\" in line 3 has a decimal point and \"1,5\" in " +
			"line 2 a decimal comma; mend them, keep the column as words with -category, or leave it out with -drop"},
		{"counters", "no,y\n3,5\n2,5\n1,7\n", "5|5|7"},
		{"the first column counts in order", "what,y\n1,5\n2,5\n3,7\n", "5|5|7"},
		{"the first column counts, but not in order", "what,y\n3,5\n1,5\n2,7\n", "3 5|1 5|2 7"},
		{"two currencies", "y,z\n1,$5\n2,$6\n3,€7\n4,$5\n", "1 $5|2 $6|3 €7|4 $5"},
		{"no digit lost", "time,y\n2020-01-01,0.1234567890123456789\n2020-01-02,1e-30\n2020-01-03,100000000.50\n",
			"2020-01-01T00:00:00Z 0.1234567890123456789|2020-01-02T00:00:00Z 1e-30|2020-01-03T00:00:00Z 100000000.50"},
		{"beyond float64", "y,z\n1,1e999\n2,3\n", "1 1e999|2 3"},

		// Missing cells.
		{"spelled", "y,z\n1,2\nNA,3\nnan,4\nNULL,5\nN/A,6\n", "1 2| 3| 4| 5| 6"},
		{"marks in a column of numbers", "y,z\n?,1\n-,1\nM,1\nNone,1\n7,1\n", " 1| 1| 1| 1|7 1"},
		{"sentinels", "y,z\n1,0\n-999,1\n-999.0,2\n-9999,1\n5,1\n", "1 0| 1| 2| 1|5 1"},

		// Kinds.
		{"yes and no", "y,z\n1,yes\n2,No\n3,Yes\n4,no\n", "1 yes|2 no|3 yes|4 no"},
		{"true and false", "y,z\n1,TRUE\n2,FALSE\n3,TRUE\n", "1 TRUE|2 FALSE|3 TRUE"},
		{"empty column", "y,z\n1,\n2,NA\n", "1|2"},
		{"counter in another order", ",y\n3,5\n1,6\n2,5\n", "5|6|5"},

		// Headers that are like rows, and rows that are like headers.
		{"a delimiter ends the rows alone", "a,b,y\n0.1,1,5,\n0.2,2,6,\n", "0.1 1 5|0.2 2 6"},
		{"first rows with gaps", "sex,smoker,y\nf,y,\nm,n,1\nf,n,2\nm,y,3\nf,n,4\nm,n,5\n", "f y |m n 1|f n 2|m y 3|f n 4|m n 5"},
		{"first rows with marks", "city,kind,y\nA,big,NA\nB,big,..\nC,big,1\nA,small,2\nB,small,3\nC,small,4\n",
			"A big |B big |C big 1|A small 2|B small 3|C small 4"},
		{"two years", "y,2010,2020\n1,5,6\n2,4,8\n", "1 5 6|2 4 8"},
		{"ages", "town,0,5,15,y\nA,3,9,4,1\nB,7,2,8,2\nA,3,9,4,3\n", "A 3 9 4 1|B 7 2 8 2|A 3 9 4 3"},
		{"R's names of rows that came twice", "y z\n2 1 5\n2.1 3 6\n21 4 7\n", "2 1 5|2.1 3 6|21 4 7"},
		{"a word that may be a cut row", "s,y,z\nb,1,2\nc,3,4\nd\n", `f.csv:4: 1 cells where the header has 3 (delimiter ','); ` +
			"mend this row, or say how the file is written with -delimiter or -skip"},
		{"remarks with commas", "y,z,w\n1,2,3\n4,5,6\n\nz: power (W)\nThe office, 2021\n", "1 2 3|4 5 6"},
		{"names on a line before the header", "y;at 2 m;celsius\n\nw;y;z;v\n9;2;3;0\n1;4;5;7\n", "9 2 3 0|1 4 5 7"},
		{"remarks after the rows", "y,z\n1,2\n3,4\n\nSource: the office\n\x1a\n", "1 2|3 4"},
		{"auto-mpg", "18.0   8   307.0\t\"chevrolet chevelle\"\n15.0   8   350.0\t\"buick skylark\"\n",
			`f.csv:1: there is no column "y"; name it with -target: the header has "column_1", "column_2", "column_3", ` +
				`"column_4"; -target '' reads rows without one; if the first line is the header, use -header=true`},

		// What cannot be read.
		{"a row that is cut", "s,y,z\na,1,2\nb,3,4\na,5", `f.csv:4: 2 cells where the header has 3 (delimiter ','); ` +
			"mend this row, or say how the file is written with -delimiter or -skip"},
		{"a row after remarks", "s,y,z\na,1,2\nend\nof it, perhaps\nb,3,4\n", `f.csv:3: 1 cells where the header has 3 (delimiter ','); ` +
			"mend this row, or say how the file is written with -delimiter or -skip"},
		{"empty", "", "f.csv: is empty"},
		{"header alone", "time,y\n", "f.csv: no data rows"},
		{"web page", "<!DOCTYPE html><p>time,y", "f.csv: is a web page or XML, not a CSV file"},
		{"JSON", "{\"y\": 1}", "f.csv: is JSON, not a CSV file"},
		{"no delimiter", "time\n1\n",
			"f.csv: the header holds no delimiter (comma, semicolon, tab, bar, blanks), and one column alone has nothing to " +
				"learn from; use -delimiter"},
		{"open quote", "time,y\n2020-01-01,1\n2020-01-01,\"1\n2020-01-03,3\n",
			`f.csv:3: column "y": a quote is opened here and never closed`},
		{"a quote closed by the next", "y,z\n1,\"a\n2,b\n3,\"c\"\n",
			`f.csv:2: column "z": a quote is opened here, and after the quote that closes it comes "c\"", not a delimiter`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(t, c.in, Options{})
			text := ""
			switch {
			case err != nil:
				text = err.Error()
			case strings.HasSuffix(c.want, " rows"):
				text = fmt.Sprintf("%d rows", len(got.rows))
			default:
				text = strings.Join(got.rows, "|")
			}
			if text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

// What comes of a table with and without flags, which overrule guesses, and what is said of it:
// what is strange and yet read, and what is decided at the edge of a rule.
func TestReading(t *testing.T) {
	name := func(s string) *string { return &s }
	no := false
	berlin := testutil.Must(times.ParseZone("Europe/Berlin"))(t)
	for _, c := range []struct {
		in, want, said string // said "" is nothing, of the last column
		opt            Options
	}{
		{"y,z\n1.5,-999\n2,0\n3,700\n4,1050\n", "1.5 |2 0|3 700|4 1050", "1 cells of -999, below all others, are missing", Options{}},
		{"y,z\n1,-99.9\n2,5\n3,7\n", "1 |2 5|3 7", "1 cells of -99.9, below all others, are missing", Options{}},
		{"y,z\n1,-99\n2,5\n3,700\n", "1 -99|2 5|3 700", "1 cells are -99, all others not negative; -missing -99 if they are missing", Options{}},
		{"y,z\n1,-200\n2,5\n3,-200\n4,7\n5,6\n", "1 -200|2 5|3 -200|4 7|5 6", "2 cells are -200, far from all others; -missing -200 if they " +
			"are missing", Options{}},
		{"y,z\n1,99.9\n2,5\n3,9\n4,99.9\n5,99.9\n6,7\n", "1 99.9|2 5|3 9|4 99.9|5 99.9|6 7", "3 cells are 99.9, far from all others; " +
			"-missing 99.9 if they are missing", Options{}},
		{"y,z\n1,(5\n2,7)\n3,(5\n4,7)\n", "1 (5|2 7)|3 (5|4 7)", "", Options{}},
		{"y,z\n1,(5)\n2,7\n3,(2)\n", "1 -5|2 7|3 -2", "2 cells in parentheses or with a minus elsewhere than in front are negative", Options{}},
		{"y z\na 1 2\nb 3 4\nc 5 6\n", "1 2|3 4|5 6", "rows have one cell more than the header: the first is taken for the name " +
			"of the row", Options{}},
		{"y,z\n1,NA\n2,3\n3,4\n", "1 |2 3|3 4", "1 cells of \"NA\" are missing", Options{}},
		{"y,z\n1,5%\n2,3\n3,4\n4,9\n5,8\n", "1 5%|2 3|3 4|4 9|5 8", "", Options{}},
		{"y,z\n1,01\n2,002\n3,0003\n4,4\n5,55\n", "1 01|2 002|3 0003|4 4|5 55", "", Options{}},
		{"y,z,z\n1,2,3\n", "1 2 3", `names that come twice in the header: "z" is "z.1"`, Options{}},
		{"date,year,month,y\n2020-01-05,2020,1,1\n", "2020-01-05T00:00:00Z 2020 1 1",
			`several columns read as times; "date" is taken, which says the most; -time names another`, Options{}},
		{"date,y\n43831,1\n43832,2\n", "43831 1|43832 2", `column "date" is not read as a time ("43831" in line 2); -time date ` +
			`-time-layout excel reads it, from 2020-01-01T00:00:00Z to 2020-01-02T00:00:00Z; rows are split by a hash`, Options{}},
		{"z,y\n1,4\n2,5\n7,6\n10,15\n", "1 4|2 5|7 6|10 15", `the last row, "10,15", holds the sums of the others`, Options{}},
		{"date,y\nearly,1\nlate,2\n", "1|2", `column "date" is not read as a time ("early" in line 2); rows are split by a hash`, Options{}},
		{"date,y\n2020-01-01,1\n2020-01-02,2\nearly,1\nlate,2\n", "1|2|1|2", `column "date" is not read as a time ("2020-01-01" in line 2); ` +
			`2 of 4 cells are times as ISO 8601, and -time date names the first that is none; rows are split by a hash`, Options{}},
		{"time,y\n2020-01-01 10:00,1\n", "2020-01-01T10:00:00Z 1", "the times have no zone and are taken for UTC; -zone NAME says where they hold", Options{}},

		{"time,y\n2020-01-01,\n2020-01-02,NA\n", `f.csv: the target column "y" is empty; -target '' reads rows without one`, "", Options{}},
		{"y,z\n1,-200\n2,5\n3,7\n4,6\n", "1 -200|2 5|3 7|4 6", "", Options{}},            // once
		{"y,z\n1,100\n2,5\n3,7\n4,100\n5,6\n", "1 100|2 5|3 7|4 100|5 6", "", Options{}}, // not nines
		{"y,z\n1,9\n2,8\n3,2\n4,9\n5,6\n", "1 9|2 8|3 2|4 9|5 6", "", Options{}},         // not apart
		{"y,z\n1,0\n2,50\n3,55\n4,0\n5,52\n", "1 0|2 50|3 55|4 0|5 52", "", Options{}},   // not negative
		{"y,z\n1,-1\n2,1\n3,-1\n4,2\n5,1\n", "1 -1|2 1|3 -1|4 2|5 1", "", Options{}},     // few numbers
		{"y,z\n1,-999\n2,-300\n3,900\n", "1 -999|2 -300|3 900", "", Options{}},           // once
		{"y;z\n1;-9,5\n2;2,5\n3;-9,5\n4;3,5\n5;4,5\n", "1 |2 2.5|3 |4 3.5|5 4.5", "the decimal sign is a comma",
			Options{Missing: []string{"-9.5"}}},
		{"y,z\n1,-300\n2,900\n3,-999\n4,-999\n", "1 -300|2 900|3 -999|4 -999", "2 cells are -999, below all others; -missing " +
			"-999 if they are missing", Options{}},
		{"y,z\n1,-3000\n2,900\n3,-999\n4,-999\n", "1 -3000|2 900|3 -999|4 -999", "", Options{}}, // not below
		{"y;z\n1,234;1,5\n2,345;x\n", "1.234 \"1 5\"|2.345 x", "", Options{}},

		{"time,y\n03/04/2021,1\n", "2021-04-03T00:00:00Z 1", "", Options{Layout: "D/M/YYYY"}},
		{"time,y\n03/04/2021,1\n", "2021-04-03T00:00:00Z 1", "", Options{Layout: "%d/%m/%Y"}},
		{"time,y\n03/04/2021,1\n", "2021-04-03T00:00:00Z 1", "", Options{Layout: "2/1/2006"}},
		{"t,y\n86400,1\n", "1970-01-02T00:00:00Z 1", "", Options{Layout: "epoch", Time: name("t")}},
		{"t;y\n44197,0416666667;1\n44197,5;1\n", "2021-01-01T01:00:00Z 1|2021-01-01T12:00:00Z 1", "", Options{Layout: "excel", Time: name("t")}},
		{"t,y\n1,1\n59,1\n61,1\n", "1900-01-01T00:00:00Z 1|1900-02-28T00:00:00Z 1|1900-03-01T00:00:00Z 1", "", Options{Layout: "excel", Time: name("t")}},
		{"t,y\n737791.5,1\n", "2020-01-01T12:00:00Z 1", "", Options{Layout: "matlab", Time: name("t")}},
		{"t,y\n2458850,1\n", "2020-01-01T12:00:00Z 1", "", Options{Layout: "julian", Time: name("t")}},
		{"t,y\n03.04.21 5:06,1\n", "2021-04-03T05:06:00Z 1", "", Options{Layout: "%d.%m.%y %H:%M", Time: name("t")}},
		{"t,y\n2020-10-25 01:30,1\n2020-10-25 02:00,2\n2020-10-25 02:30,3\n2020-10-25 02:00,4\n2020-10-25 02:30,5\n2020-10-25 03:00,6\n",
			"2020-10-24T23:30:00Z 1|2020-10-25T00:00:00Z 2|2020-10-25T00:30:00Z 3|2020-10-25T01:00:00Z 4|2020-10-25T01:30:00Z 5|" +
				"2020-10-25T02:00:00Z 6", "", Options{Zone: berlin}},
		{"t,y\n2020-10-25 02:00,1\n2020-10-25 02:00,2\n2021-10-31 02:00,3\n", "2020-10-25T00:00:00Z 1|2020-10-25T01:00:00Z 2|" +
			"2021-10-31T00:00:00Z 3", "", Options{Zone: berlin}},
		{"t,y\n2020-03-29 01:00,1\n2020-03-29 02:00,2\n2020-03-29 03:00,3\n2020-07-01,4\n2020-07-01T00:00:00Z,5\n", "2020-03-29T00:00:00Z 1|" +
			"2020-03-29T01:00:00Z 3|2020-06-30T22:00:00Z 4|2020-07-01T00:00:00Z 5", "", Options{Zone: berlin}},
		{"a,b,y\n2020-01-01,05:30,1\n", "2020-01-01T05:30:00Z 1", "", Options{Time: name("a+b")}},
		{"later,y\n2020-01-01,1\nsoon,2\n", `f.csv:3: column "later": "soon" is not a time as ISO 8601, as others are; ` +
			`1 of 2 cells are not. Use -missing for what is missing, -time-layout, or -time '' for none`, "", Options{Time: name("later")}},
		{"y,z\n\"1,234\",1\n", "1.234 1", "", Options{Decimal: map[string]string{"": ","}}},
		{"y,z\n\"1,234\",1\n", "1234 1", "", Options{Decimal: map[string]string{"": "."}}},
		{"y,z\n0,1\n-999,1\nx,1\n", " 1|-999 1| 1", "", Options{Missing: []string{"0", "x"}}},
		{"y,z\n1,a\n2,2\n", "1 |2 2", "", Options{Number: []string{"z"}}},
		{"y,z\n1,1\n2,2\n", "1|2", "", Options{Drop: []string{"z"}}},
		{"a,b\nc,d\ny,z\n1,2\n", "1 2", "", Options{Skip: 2}},
		{"1,2\n3,4\n", "1 2|3 4", "", Options{Header: &no, Target: "column_2"}},
		{"1,2\n3,4\n", "1 2|3 4", "", Options{Target: "column_2"}},
		{"y,y2\n1,2\n", `f.csv:1: there is no column "z"; name it with -drop: the header has "y", "y2"`,
			"", Options{Drop: []string{"z"}}},
	} {
		got, err := read(t, c.in, c.opt)
		if err != nil {
			if err.Error() != c.want {
				t.Errorf("%q %+v:\ngot  %s\nwant %s", c.in, c.opt, err, c.want)
			}
			continue
		}
		last := len(got.Header) - 1
		said := c.said != "" && strings.Contains(got.said(), c.said) ||
			c.said == "" && (got.Kind(last) != Number || len(got.formats[last].why) == 0)
		if rows := strings.Join(got.rows, "|"); rows != c.want || !said {
			t.Errorf("%q %+v:\ngot  %s\n%s\nwant %s\n%s", c.in, c.opt, rows, got.said(), c.want, c.said)
		}
	}
	got := testutil.Must(read(t, "y,z\n1,-99\n2,5\n3,700\n", Options{}))(t)
	if low, high := got.Bounds(1); low != "-99" || high != "700" {
		t.Errorf("bounds %s and %s", low, high)
	}
}

// A few bad cells become missing, and are listed with their lines; with more, the column is a
// category. A row whose time cannot be read is listed, one without a time is not; both are left
// out.
func TestBadCells(t *testing.T) {
	for bad, want := range map[int]Kind{2: Number, 6: Category} {
		in := "time,y,z\n"
		for i := range 100 {
			at, value := fmt.Sprintf("2020-01-%02d", i%28+1), fmt.Sprint(i)
			switch {
			case i == 7:
				at = "soon"
			case i == 9:
				at = ""
			case i >= 40 && i < 40+bad:
				value = "broken"
			}
			in += fmt.Sprintf("%s,%d,%s\n", at, i, value)
		}
		got := testutil.Must(read(t, in, Options{}))(t)
		if got.Kind(2) != want || got.left != 2 || got.rejects[0] != (Reject{9, "time", "soon", "not a time"}) {
			t.Errorf("%d bad cells: %s, %d rows left out, %v", bad, got.Kind(2), got.left, got.rejects)
		}
		if bad == 2 && (len(got.rejects) != 3 || got.rejects[2] != Reject{43, "z", "broken", "not a number"}) {
			t.Errorf("%v", got.rejects)
		}
		if bad == 6 && !strings.Contains(got.said(), `6 of 100 cells are not numbers, the first "broken" in line 42`) {
			t.Error(got.said())
		}
	}
}

// What a column is depends on its cells alone: not on their order, nor on the size
// of the blocks, which a long first cell shifts.
func TestOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	cells := map[string]func() string{
		"integers": func() string { return fmt.Sprint(random.IntN(1000)) },
		"mixed":    func() string { return []string{"1,5", "2.5", "?", "x", "3"}[random.IntN(5)] },
		"dates":    func() string { return fmt.Sprintf("%d/%d/2020", 1+random.IntN(12), 1+random.IntN(28)) },
		"words":    func() string { return fmt.Sprint("w", random.IntN(9)) },
		"ids":      func() string { return fmt.Sprint("id", random.Uint64()) },
		"codes":    func() string { return fmt.Sprintf("%03d", random.IntN(300)) },
		"rare":     func() string { return []string{"1", "2", "-999", "NA"}[min(3, random.IntN(60))] },
	}
	var names []string
	for name := range cells {
		names = append(names, name)
	}
	for range 2 {
		var rows []string
		for range 5000 {
			row := fmt.Sprint(random.IntN(50))
			for _, name := range names {
				row += "," + `"` + cells[name]() + `"`
			}
			rows = append(rows, row)
		}
		header := "y," + strings.Join(names, ",") + "\n"
		none := ""
		first := ""
		for range 3 {
			random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			in := header + strings.Repeat("\n", random.IntN(1000)) + strings.Join(rows, "\n")
			got := testutil.Must(read(t, in, Options{Time: &none}))(t)
			kinds := regexp.MustCompile(`the first ".*?" in line \d+(; -missing names cells that mean a missing one)?`).
				ReplaceAllString(fmt.Sprint(got.formats), "")
			if first == "" {
				first = kinds
			} else if kinds != first {
				t.Fatalf("%s\nthen %s", first, kinds)
			}
		}
	}
}

// FuzzRead: whatever comes in, what comes out are cells that the strict reader
// takes.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"time,y\n2020-01-01,1\n", "time;y\n1.2.2020;1,5\n", "time\ty\n20200101\t?\n",
		"\"time\",\"y\"\r\n\"1/2/2020 3:04 PM\",\"x\"\r\n", "time,y\n1600000000,1e5\n", "y z\n1  2\n", "'y','z'\n'1','\\'a'\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := read(t, in, Options{})
		if err != nil {
			if err.Error() == "" || len(err.Error()) > 10000 {
				t.Errorf("%q", err)
			}
			return
		}
		for j, name := range got.Header {
			i := slices.Index(got.Names(), name)
			if got.Kind(j) != Number || i < 0 {
				continue
			}
			for _, cells := range got.cells {
				if _, err := csv.ParseNumber([]byte(cells[i])); err != nil && cells[i] != "" {
					t.Fatalf("%q: cell %q: %v", in, cells[i], err)
				}
			}
		}
	})
}

// A source that is not UTF-8 is read in the encoding that its target's name or its letters
// tell; the others are refused, never read as what they are not.
func TestEncodings(t *testing.T) {
	for _, c := range []struct{ encoding, header, word, why string }{
		{"windows-1251", "Дата;Температура;Нагрузка", "Москва", "as the name of the target tells"},
		{"windows-1251", "date;ТЕМПЕРАТУРА ВОЗДУХА;y", "НЕТ", "as its letters tell"},
		{"koi8-r", "Дата;Температура;Нагрузка", "нет", "as the name of the target tells"},
		{"windows-1250", "data;Łódź;y", "świeży", "as its letters tell"},
		{"windows-1250", "datum;Příkon;y", "čtvrtek", "as its letters tell"},
		{"windows-1252", "t;°C;y", "µ", "as its letters tell"},
		{"shift_jis", "日時;気温;電力", "はい", "as the name of the target tells"},
		{"euc-jp", "日時;気温;電力", "はい", "as the name of the target tells"},
		{"euc-kr", "날짜;온도;부하", "서울", "as the name of the target tells"},
		{"gb18030", "日期;温度;负荷", "是", "as the name of the target tells"},
	} {
		want := c.header + "\n1;" + c.word + ";5\n2;" + c.word + ";6\n2;" + c.word + ";7\n"
		e := testutil.Must(origin.ParseEncoding(c.encoding))(t)
		in := testutil.Must(e.NewEncoder().String(want))(t)
		names := strings.Split(c.header, ";")
		for _, opt := range []Options{{Target: names[2]}, {Target: names[2], Encoding: c.encoding}} {
			got, err := read(t, in, opt)
			if err != nil {
				t.Errorf("%s: %v", c.header, err)
				continue
			}
			said := opt.Encoding != "" || strings.Contains(got.said(), "read as "+c.encoding+", "+c.why)
			if !slices.Equal(got.Header, names) || !said || !strings.Contains(strings.Join(got.rows, "|"), c.word) {
				t.Errorf("%s: %q, %s", c.header, got.rows, got.said())
			}
		}
	}
	testutil.Refused(read(t, "a;\xa4\xa4\xff\xfe;y\n1;2;3\n", Options{}))(t, "f.csv: is not UTF-8, and its letters tell no other "+
		"encoding; name it with -encoding: windows-1252, windows-1251, shift_jis, …")
	got, err := read(t, "y,town\n1,Zürich\n2,Gen\xe8ve\n2,Gen\xe8ve\n", Options{Encoding: "utf-8"})
	if err != nil || !slices.Equal(got.rows, []string{"1 Zürich", "2 Gen\ufffdve", "2 Gen\ufffdve"}) ||
		!strings.Contains(got.said(), "2 characters are none in utf-8, and are \ufffd now") {
		t.Errorf("%v, %q", err, got.said())
	}
}
