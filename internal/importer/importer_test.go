package importer

import (
	"fmt"
	"strings"
	"testing"

	"mlpipeline/internal/table"
)

func ExampleRead() {
	t, err := Read("load.csv", []byte("Datum;Last\n31.12.2020 23:00;1,50\n01.01.2021 00:00;?\n"),
		Options{Time: "Datum", Target: "Last"})
	if err != nil {
		panic(err)
	}
	for _, note := range t.Notes {
		fmt.Println(note)
	}
	fmt.Println(t.Columns, t.Rows)
	// Output:
	// read as: delimiter ';', decimal ",", time "DD.MM.YYYY hh:mm"
	// column "Last": 1 of 2 cells are missing
	// [Datum Last] [[2020-12-31T23:00:00Z 1.50] [2021-01-01T00:00:00Z ]]
}

// Every quirk that people's files have, with a file made for it.
func TestQuirks(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"comma", "time,y,z\n2020-01-01,1,2\n", "2020-01-01T00:00:00Z 1 2"},
		{"semicolon", "time;y;z\n2020-01-01;1;2\n", "2020-01-01T00:00:00Z 1 2"},
		{"tab", "time\ty\tz\n2020-01-01\t1\t2\n2020-01-02\t\t2\n", "2020-01-01T00:00:00Z 1 2|2020-01-02T00:00:00Z  2"},
		{"bar", "time|y\n2020-01-01|1\n", "2020-01-01T00:00:00Z 1"},
		{"decimal comma", "time;y\n2020-01-01;1,5\n2020-01-02;-0,25\n",
			"2020-01-01T00:00:00Z 1.5|2020-01-02T00:00:00Z -0.25"},
		{"decimal comma in quotes", "time,y\n2020-01-01,\"1,5\"\n2020-01-02,\"2,25\"\n",
			"2020-01-01T00:00:00Z 1.5|2020-01-02T00:00:00Z 2.25"},
		{"all quoted", "\"time\",\"y\",\"note\"\n\"2020-01-01\",\"1\",\"a, b\nc\"\n", "2020-01-01T00:00:00Z 1"},
		{"bom, crlf, no final newline", "\ufefftime,y\r\n2020-01-01,1\r\n2020-01-02,2",
			"2020-01-01T00:00:00Z 1|2020-01-02T00:00:00Z 2"},
		{"old line ends", "time,y\r2020-01-01,1\r", "2020-01-01T00:00:00Z 1"},
		{"spaces", "time, y\n2020-01-01, 1\n", "2020-01-01T00:00:00Z 1"},
		{"M/D/YYYY", "time,y\n12/31/2020,1\n1/2/2021,2\n", "2020-12-31T00:00:00Z 1|2021-01-02T00:00:00Z 2"},
		{"D/M/YYYY", "time,y\n31/12/2020 10:00,1\n2/1/2021 11:30,2\n", "2020-12-31T10:00:00Z 1|2021-01-02T11:30:00Z 2"},
		{"DD.MM.YYYY", "time,y\n03.04.2021,1\n", "2021-04-03T00:00:00Z 1"},
		{"YYYYMMDD", "time,y\n20210403,1\n", "2021-04-03T00:00:00Z 1"},
		{"YYYY/MM/DD", "time,y\n2021/04/03 05:06:07,1\n", "2021-04-03T05:06:07Z 1"},
		{"AM and PM", "time,y\n4/13/2021 1:05 PM,1\n", "2021-04-13T13:05:00Z 1"},
		{"zone", "time,y\n2021-04-03T05:06:07+02:00,1\n", "2021-04-03T03:06:07Z 1"},
		{"zone without colon", "time,y\n2021-04-03 05:06:07 -0800,1\n", "2021-04-03T13:06:07Z 1"},
		{"epoch", "time,y\n1617424000,1\n", "2021-04-03T04:26:40Z 1"},
		{"epoch in milliseconds", "time,y\n1617424000500,1\n", "2021-04-03T04:26:40.5Z 1"},
		{"missing", "time,y,z\n2020-01-01,?,1\n2020-01-02,-999,1\n2020-01-03,M,1\n2020-01-04,NA,1\n2020-01-05,-999.0,1\n2020-01-06,7,1\n", "2020-01-01T00:00:00Z  1|2020-01-02T00:00:00Z  1|2020-01-03T00:00:00Z  1|2020-01-04T00:00:00Z  1|2020-01-05T00:00:00Z  1|2020-01-06T00:00:00Z 7 1"},
		{"out of order", "time,y\n2020-01-03,3\n2020-01-01,1\n2020-01-02,2\n",
			"2020-01-01T00:00:00Z 1|2020-01-02T00:00:00Z 2|2020-01-03T00:00:00Z 3"},
		{"duplicates", "time,y\n2020-01-02,2\n2020-01-01,1\n2020-01-02,9\n",
			"2020-01-01T00:00:00Z 1|2020-01-02T00:00:00Z 2"},
		{"no digit lost", "time,y\n2020-01-01,0.1234567890123456789\n2020-01-02,1e-30\n2020-01-03,100000000.50\n",
			"2020-01-01T00:00:00Z 0.1234567890123456789|2020-01-02T00:00:00Z 1e-30|2020-01-03T00:00:00Z 100000000.50"},
		{"text and unnamed columns", ",time,y,station\n0,2020-01-01,1,north\n1,2020-01-02,2,south\n",
			"2020-01-01T00:00:00Z 1|2020-01-02T00:00:00Z 2"},
		{"GHCN-Daily", "\"STATION\",\"NAME\",\"time\",\"y\",\"TMIN\",\"TOBS\"\n\"USW00024233\",\"SEATTLE TACOMA AIRPORT, WA US\",\"2020-01-01\",\"50\",\"44\",\n\"USW00024233\",\"SEATTLE TACOMA AIRPORT, WA US\",\"2020-01-02\",\"47\",\"\",\"41\"\n", "2020-01-01T00:00:00Z 50 44 |2020-01-02T00:00:00Z 47  41"},
		{"Melbourne", "\"time\",\"y\"\r\n\"1981-01-01\",20.7\r\n\"1981-01-02\",17.9",
			"1981-01-01T00:00:00Z 20.7|1981-01-02T00:00:00Z 17.9"},

		{"Latin-1", "time,y,Grad \xb0\n2020-01-01,1,2\n", "2020-01-01T00:00:00Z 1 2"},

		{"ambiguous number between tabs", "time\ty\n2020-01-01\t1,013\n2020-01-02\t998\n",
			`f.csv: numbers such as 1,234 may be decimals or thousands; use -decimal , or write them without separators`},
		{"thousands beside decimal commas", "time;y;z\n2020-01-01;1,5;1.013\n2020-01-02;2,5;998,5\n",
			`f.csv:2: column "z": "1.013" is not a number, nor are 0 more of its 2 cells; clean it, or name what is missing with -missing`},
		{"ambiguous date", "time,y\n03/04/2021,1\n05/06/2021,1\n",
			`f.csv:2: column "time": "03/04/2021" is 2021-03-04T00:00:00Z as M/D/YYYY and 2021-04-03T00:00:00Z as D/M/YYYY, and no row tells which; use -time-layout 'M/D/YYYY' or 'D/M/YYYY'`},
		{"ambiguous number", "time,y\n2020-01-01,\"1,234\"\n",
			`f.csv: numbers such as 1,234 may be decimals or thousands; use -decimal , or write them without separators`},
		{"bad time", "time,y\n2020-01-01,1\nlater,2\n",
			`f.csv:3: column "time": "later" is not a time that can be read; the rows before are written as ISO 8601`},
		{"no time", "time,y\n,1\n", `f.csv:2: column "time": the timestamp is missing`},
		{"no such column", "date,y\n2020-01-01,1\n",
			`f.csv:1: there is no column "time"; name it with -time: the header has "date", "y"`},
		{"ragged", "time,y\n2020-01-01,1\n2020-01-02\n", `f.csv:3: 1 cells where the header has 2 (delimiter ',')`},
		{"text target", "time,y\n2020-01-01,warm\n", `f.csv: the target column "y" holds no number`},
		{"too many bad cells", "time,y\n2020-01-01,1\n2020-01-02,x\n2020-01-03,1\n",
			`f.csv:3: column "y": "x" is not a number, nor are 0 more of its 3 cells; clean it, or name what is missing with -missing`},
		{"twice", "time,y,y\n2020-01-01,1,1\n", `f.csv:1: column "y" comes twice in the header`},
		{"empty", "", "f.csv: is empty"},
		{"header alone", "time,y\n", "f.csv: no data rows"},
		{"utf-16", "\xff\xfet\x00", "f.csv: is UTF-16; save it as UTF-8"},
		{"web page", "<!DOCTYPE html><p>time,y", "f.csv: is a web page or XML, not a CSV file"},
		{"no delimiter", "time\n1\n",
			"f.csv: the header holds no delimiter (comma, semicolon, tab, bar); use -delimiter"},
		{"open quote", "time,y\n2020-01-01,\"1\n", `f.csv:2: extraneous or missing " in quoted-field`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Read("f.csv", []byte(c.in), Options{Time: "time", Target: "y"})
			text := ""
			if err != nil {
				text = err.Error()
			} else {
				var rows []string
				for _, row := range got.Rows {
					rows = append(rows, strings.Join(row, " "))
				}
				text = strings.Join(rows, "|")
			}
			if text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

// A few bad cells become missing, and are listed with their lines.
func TestBadCells(t *testing.T) {
	var b strings.Builder
	b.WriteString("time,y\n")
	for i := range 100 {
		value := fmt.Sprint(i)
		if i == 40 || i == 41 {
			value = "broken"
		}
		fmt.Fprintf(&b, "%d,%s\n", 1600000000+i*60, value)
	}
	got, err := Read("f.csv", []byte(b.String()), Options{Time: "time", Target: "y"})
	if err != nil {
		t.Fatal(err)
	}
	want := `column "y": 2 cells that are not numbers are now missing: "broken" in line 42, "broken" in line 43`
	if !strings.Contains(strings.Join(got.Notes, "\n"), want) {
		t.Errorf("notes %q", got.Notes)
	}
	if got.Rows[40][1] != "" || got.Rows[42][1] != "42" {
		t.Errorf("rows %v", got.Rows[40:43])
	}
}

func TestCheckLayout(t *testing.T) {
	for layout, good := range map[string]bool{"": true, "epoch_ms": true, "D/M/YYYY": true, "ISO 8601": true,
		"%d.%m.%Y %H:%M": true, "2006-002": true,
		"2006-01-02 15:04 MST": false, "%H:%M": false, "DD/MM": false, "2006-01": false} {
		if err := CheckLayout(layout); (err == nil) != good {
			t.Errorf("%q: %v", layout, err)
		}
	}
}

// Flags override the guesses.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		in, want string
		opt      Options
	}{
		{"time,y\n03/04/2021,1\n", "[[2021-04-03T00:00:00Z 1]]", Options{Layout: "D/M/YYYY"}},
		{"time,y\n03/04/2021,1\n", "[[2021-04-03T00:00:00Z 1]]", Options{Layout: "%d/%m/%Y"}},
		{"time,y\n03/04/2021,1\n", "[[2021-04-03T00:00:00Z 1]]", Options{Layout: "2/1/2006"}},
		{"time,y\n86400,1\n", "[[1970-01-02T00:00:00Z 1]]", Options{Layout: "epoch"}},
		{"time:y\n2020-01-01:1\n", "[[2020-01-01T00:00:00Z 1]]", Options{Delimiter: ":"}},
		{"time,y\n2020-01-01,\"1,234\"\n", "[[2020-01-01T00:00:00Z 1.234]]", Options{Decimal: ","}},
		{"time,y\n2020-01-01,0\n2020-01-02,-999\n", "[[2020-01-01T00:00:00Z ] [2020-01-02T00:00:00Z -999]]",
			Options{Missing: []string{"0"}}},
	} {
		c.opt.Time, c.opt.Target = "time", "y"
		got, err := Read("f.csv", []byte(c.in), c.opt)
		if err != nil {
			t.Error(err)
		} else if fmt.Sprint(got.Rows) != c.want {
			t.Errorf("%+v: %v, want %s", c.opt, got.Rows, c.want)
		}
	}
}

// FuzzRead: whatever comes in, what comes out has ascending times and cells
// that the strict reader takes.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"time,y\n2020-01-01,1\n", "time;y\n1.2.2020;1,5\n", "time\ty\n20200101\t?\n",
		"\"time\",\"y\"\r\n\"1/2/2020 3:04 PM\",\"x\"\r\n", "time,y\n1600000000,1e5\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := Read("f.csv", []byte(in), Options{Time: "time", Target: "y"})
		if err != nil {
			if err.Error() == "" || len(err.Error()) > 10000 {
				t.Errorf("%q", err)
			}
			return
		}
		for i, row := range got.Rows {
			if i > 0 && got.Times[i] <= got.Times[i-1] {
				t.Fatalf("%q: times %v", in, got.Times)
			}
			for _, cell := range row[1:] {
				if _, err := table.ParseNumber([]byte(cell)); cell != "" && err != nil {
					t.Fatalf("%q: cell %q: %v", in, cell, err)
				}
			}
		}
	})
}
