package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/table"
	"mlpipeline/internal/testutil"
)

// Every way out that a message of an import names is taken here: the first command line
// says it, the second, with what it names, does what it promises.
func TestWaysOut(t *testing.T) {
	days := func(format func(day string, i int) string) (rows string) {
		for i, day := range []string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"} {
			rows += format(day, i)
		}
		return rows
	}
	letter := func(i int) string { return string(rune('a' + i%3)) }
	digit := func(i int) string { return string(rune('1' + i%9)) }
	plain := func(header string, cell func(i int) string) string {
		return header + "\n" + days(func(_ string, i int) string { return cell(i) + "," + digit(7*i) + "\n" })
	}
	twice := days(func(d string, i int) string {
		return "2020-01-" + d + ",A," + digit(i) + "\n2020-01-" + d + ",B," + digit(i+1) + "\n"
	})
	for _, c := range []struct{ name, in, flags, says, fix string }{
		{"no target", plain("x,z", letter), "-target y", "-target '' reads rows without one", "-target '' -test 0.5"},
		{"another target", plain("x,loads", letter), "-target load", `did you mean "loads"?`, "-target loads -test 0"},
		{"empty target", "x,y,z\na,,1\nb,NA,2\n", "", "-target '' reads rows without one", "-target '' -test 1"},
		{"words in the target", "x,y\n1,a\n2,soon\n" + strings.Repeat("3,4\n5,6\n7,8\n", 4), "", "-missing names cells that mean a missing one",
			"-missing a,soon -test 0.5"},
		{"not the header", "x,u\na,v\n" + strings.Repeat("c,1\nd,2\n", 9), "-target b", `line 2, "a", "v", is the header with -skip 1`,
			"-target v -skip 1 -test 0"},
		{"no header", "5,3\n1,2\n3,4\n2,6\n", "-target '' -drop 3", "use -header=true", "-target '' -drop 3 -header=true -test 0"},
		{"a delimiter of one's own", "a:y\nu:1\nv:2\n", "", "use -delimiter", "-delimiter : -test 0"},
		{"lines before the header", "u,v\n1,2\n1,2\n1,2\nx,y,z\n1,2,3\n3,4,5\n", "-target ''", "say how the file is written with -delimiter or -skip",
			"-target '' -skip 4 -test 0"},
		{"thousands or not", "z;y\n1.020;1\n2.030;2\n", "", "use -decimal z=, or z=.", "-decimal z=, -test 0"},
		{"thousands or not, the other way", "z;y\n1.020;1\n2.030;2\n", "", "use -decimal z=, or z=.", "-decimal z=. -test 0"},
		{"both decimal signs", "z;y\n1,5;1\n2.5;2\n", "", "keep the column as words with -category", "-category z -test 0"},
		{"both decimal signs, left out", "z;y\n1,5;1\n2.5;2\n", "", "or leave it out with -drop", "-drop z -test 0"},
		{"thousands and millions", "z,y\n5k,1\n6M,2\n", "", "keep the column as words with -category", "-category z -test 0"},
		{"thousands and millions, left out", "z,y\n5k,1\n6M,2\n", "", "or leave it out with -drop", "-drop z -test 0"},
		{"day or month", "time,y\n03/04/2021,1\n05/06/2021,2\n", "", "use -time-layout 'M/D/YYYY' or 'D/M/YYYY'", "-time-layout M/D/YYYY -test 0"},
		{"day or month, the other", "time,y\n03/04/2021,1\n05/06/2021,2\n", "", "use -time-layout", "-time-layout D/M/YYYY -test 0"},
		{"two times", "a,b,y\n2020-01-01,2020-01-02,1\n", "", "name one with -time", "-time b -test 0"},
		{"two times, for none", "a,b,y\n2020-01-01,2020-01-02,1\n", "", "or -time '' for none", "-time '' -test 0"},
		{"a time among others", "year,date,y\n2020,2020-01-05,1\n2021,2021-01-05,2\n", "-test 0", "-time names another", "-time year -test 0"},
		{"a start and an end", "start,end,y\n2020-01-01,2020-01-02,1\n", "-test 0", "-time names another", "-time end -test 0"},
		{"a day and a clock", "Le,Heures,y\n2019-01-31,23:45,1\n2019-01-31,23:50,2\n", "-test 0", "-time names another", "-time Le -test 0"},
		{"digits", "stamp,y\n20200131,1\n20200201,2\n", "", "-time stamp takes it for the time", "-time stamp -test 0"},
		{"digits as numbers", "stamp,y\n20200131,1\n20200201,2\n", "", "-time '' leaves it a number", "-time '' -test 0"},
		{"years", "year,y\n1947,1\n1948,2\n1947,1\n", "-test 0", "-time year takes it for the time", "-time year -test 0"},
		{"years in order of rows", "time,y\n13/01/31,1\n13/02/01,2\n14/01/09,3\n14/02/09,3\n", "-test 0", "-time-layout names another",
			"-time-layout D/M/YYYY -test 0"},
		{"days of Excel", "date,y\n43831,1\n43832,2\n", "-test 0", "-time date -time-layout excel reads it", "-time date -time-layout excel -test 0"},
		{"short days", "date,y\n15-01-22,1\n16-01-22,2\n15-01-22,3\n", "-test 0", "-time date -time-layout D-M-YY or YY-M-D reads it",
			"-time date -time-layout D-M-YY -test 0"},
		{"short days, the other way", "date,y\n15-01-22,1\n16-01-22,2\n15-01-22,3\n", "-test 0", "or YY-M-D reads it",
			"-time date -time-layout YY-M-D -test 0"},
		{"a time that is none", "date,y\n2020-01-01,1\nsoon,2\n2020-01-03,2\n", "-time date", "Use -missing for what is missing",
			"-time date -missing soon -test 0"},
		{"a time that is none, for none", "date,y\n2020-01-01,1\nsoon,2\n2020-01-03,2\n", "-time date", "or -time '' for none", "-time '' -test 0"},
		{"weeks", "year,week,y\n2020,1,1\n2021,2,2\n", "-time year+week", "use -time with the year alone", "-time year -test 0"},
		{"no zone", "time,y\n2020-01-01 10:00,1\n", "-test 0", "-zone NAME says where they hold", "-zone Europe/Berlin -test 0"},
		{"rows without a time", "date,y\n" + strings.Repeat("2020-01-01,1\n2020-01-02,1\n", 10) + ",5\n", "-test 0", "-time '' keeps them", "-time '' -test 0"},
		{"a number that stands for none", "z,y\n1,5\n2,-99\n3,700\n4,9\n", "-target z -test 0", "-missing -99 if they are missing", "-target z -missing -99 -test 0"},
		{"bad cells", "z,y\nx,1\n" + strings.Repeat("1,2\n2,3\n", 20), "-test 0.5", "-rejects FILE lists them all", "-rejects DIR/list.csv -test 0.5"},
		{"rows of one time", "date,town,y\n" + twice, "", "-by makes one dataset of each value", "-by town"},
		{"small datasets", "town,z,y\nA,u,1\nA,v,2\nA,w,3\nA,u,4\nA,v,5\nB,u,6\n", "-by town -test 0.5", "a larger -test changes that",
			"-by town -test 0.9"},
		{"a key with a time", "date,town,y\n" + twice, "-split-key town", "-split-key needs -time ''", "-split-key town -time '' -test 0"},
		{"a key of words", "id,x,y\n" + strings.Repeat("a,1,2\nb,2,1\nc,3,3\n", 9), "-split-key id -time '' -test 0",
			"-drop id leaves it out", "-split-key id -time '' -test 0 -drop id"},
		{"what counts rows", "day,x,y\n1,5,2\n2,2,1\n3,3,3\n4,7,1\n", "-time '' -test 0", "-number keeps one", "-time '' -test 0 -number day"},
		{"what is all different", "who,x,y\nann,5,2\nbob,2,1\ncy,3,3\ndan,7,1\n", "-test 0", "-category keeps one", "-test 0 -category who"},
		{"nothing to test on", "date,y\n2020-01-01,1\n2020-01-01,1\n", "", "use another -test", "-test 0"},
		{"nothing to test on, by hash", "x,y\na,1\nb,2\n", "-test 0.01", "use another -test (0 trains on all, 1 tests all) or -seed", "-test 0"},
		{"one bad byte", "x,y\nZürich,1\nGen\xe8ve,2\n", "", "-encoding utf-8 reads such bytes", "-encoding utf-8 -test 0"},
		{"an encoding", "Gr\xf6\xdfe,y\n1,2\n3,4\n", "-test 0", "-encoding names another", "-encoding windows-1250 -test 0"},
		{"an unknown encoding", "a,\xa4\xa4\xff\xfe,y\nb,2,5\n", "", "name it with -encoding", "-encoding windows-1252 -test 0"},
		{"two tables", "t,z,y\n2020-01-01,1,2\n2020-01-02,1,2\nt,u,v\n2020-01-01,1,2\n", "", "head -n 3 FILE", "HEAD 3"},
		{"the second table", "t,z,y\n2020-01-01,1,2\n2020-01-02,1,2\nt,u,y\n2020-01-01,1,2\n", "", "or tail -n +4 FILE", "TAIL 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			said := func(content, flags string) (string, error) {
				t.Helper()
				path := filepath.Join(dir, "f.csv")
				testutil.OK(t, os.WriteFile(path, []byte(content), 0o666))
				args := []string{"-import", path, "-out", filepath.Join(dir, "out")}
				if !strings.Contains(flags, "-target") {
					args = append(args, "-target", "y")
				}
				var stderr bytes.Buffer
				flags = strings.ReplaceAll(flags, "DIR", dir)
				err := run(context.Background(), append(args, table.ShellWords(flags)...), nil, &stderr, &stderr)
				if err != nil {
					return err.Error(), err
				}
				return stderr.String(), nil
			}
			if text, _ := said(c.in, c.flags); !strings.Contains(text, c.says) {
				t.Fatalf("%q is not in %s", c.says, text)
			}
			lines := strings.SplitAfter(c.in, "\n")
			switch kind, n, _ := strings.Cut(c.fix, " "); {
			case kind == "HEAD":
				c.in, c.fix = strings.Join(lines[:n[0]-'0'], ""), "-test 0"
			case kind == "TAIL":
				c.in, c.fix = strings.Join(lines[n[0]-'1':], ""), "-test 0"
			}
			if c.fix == "" {
				return
			}
			if text, err := said(c.in, c.fix); err != nil || strings.Contains(text, c.says) && !strings.Contains(c.fix, "-rejects") {
				t.Errorf("%s does not help: %s", c.fix, text)
			}
		})
	}
}
