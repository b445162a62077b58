package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

// Files as people have them, a small one of each kind, are read right or asked about.
func TestCases(t *testing.T) {
	name := func(s string) *string { return &s }
	for _, c := range []struct {
		file, header, first, last string // as they are written
		rows                      int
		said                      string
		opt                       Options
	}{
		{"apostrophe", "time temp qty", "2024-01-13T00:00:00Z 0.0 -30.00", "", 40, "", Options{Target: "qty"}},
		{"cars", "make mileage power year price", "Opel 233205 186 2012 15940", "", 200, `the unit "PS" was taken off 200 cells`,
			Options{Target: "price"}},
		{"cur_eurpost", "date temp amount", "2024-01-13T00:00:00Z 0 -1234.60", "", 40, `the unit "EUR" was taken off 40 cells`,
			Options{Target: "amount"}},
		{"excelserial_frac", "Datum Temp Last", "2021-01-01T00:00:00Z 0.5 100", "", 60, "", Options{Target: "Last", Time: name("Datum"),
			Layout: "excel"}},
		{"holiday", "Zeit Feiertag Temperatur (°C) Last", "2022-01-01T00:00:00Z ja 12.4 460", "", 672, "", Options{Target: "Last"}},
		{"home_reds", "Date FTHG HR AR B365H", "2016-08-01T00:00:00Z 1 0 0 1.77", "", 0, "HR: number", Options{Target: "FTHG"}},
		{"mixdec3", "time a b c", "2024-01-13T00:00:00Z 0.5 1.00 1.000", "", 40, "", Options{Target: "a",
			Decimal: map[string]string{"c": "."}}},
		{"mixyy", "Datum Temp Last", "2025-01-01T00:00:00Z 0.5 100", "", 60, "", Options{Target: "Last"}},
		{"one_year", "year x y", "2018 22 6.81", "", 120, `column "year" is 2018 in all rows and no time`, Options{Target: "y"}},
		{"ru1251", "Дата Температура Нагрузка", "2020-01-05T00:00:00Z 0.5 100", "", 0, "read as windows-1251, as the name of the target tells",
			Options{Target: "Нагрузка"}},
		{"sapminus", "time temp amount", "2024-01-13T00:00:00Z 0.0 -1234.50", "", 40, "", Options{Target: "amount"}},
		{"sdge", "Date+Start Time Meter Number Duration Consumed", "2024-09-24T00:00:00Z 0000000 Hour 0.34000000000000", "", 0,
			"lines before the header were skipped, the first \"Name : A B\"", Options{Target: "Consumed"}},
		{"sunny_b", "dd.MM.yyyy HH:mm:ss kWh kW", "2023-02-02T08:50:00Z 22981.102 ", "", 0, "8 lines before the header were skipped",
			Options{Target: "kW"}},
		{"total_notime", "store temp sales", "s0 0 100", "s3 5 159", 60, `the last row, "Total,,7770", says that it is no row like the others`,
			Options{Target: "sales", Time: name("")}},
		{"trailing_comma_header", "a b y", "58 7 5.02", "", 80, "", Options{Target: "y"}},
		{"xl_mix", "time temp load", "2024-01-13T00:00:00Z 10.0 0", "", 60, "temp: number", Options{Target: "load"}},
		{"yymmdd", "date x y", "2013-01-01T00:00:00Z 57 7.58", "2015-09-25", 36, "the times are read as YY/M/D", Options{Target: "y"}},
		{"stacked", "", "f.csv:13: \"time,pres,wind\" is another header, with 10 rows above and 10 below it", "", 0, "",
			Options{Target: "temp"}},
		{"mixdec3", "", `f.csv: column "c": numbers such as "1.000" in line 2 may have a decimal sign or one between thousands, and nothing ` +
			"tells which; use -decimal c=, or c=.", "", 0, "", Options{Target: "a"}},
	} {
		in := testutil.Must(os.ReadFile(filepath.Join("testdata", "cases", c.file+".csv")))(t)
		got, err := read(t, string(in), c.opt)
		switch {
		case err != nil && (c.header != "" || !strings.HasPrefix(err.Error(), c.first)):
			t.Errorf("%s: %v", c.file, err)
		case err != nil:
		case c.header == "":
			t.Errorf("%s is read", c.file)
		case strings.Join(got.Names(), " ") != c.header, got.rows[0] != c.first, c.rows > 0 && len(got.rows) != c.rows,
			!strings.Contains(got.said(), c.said), !strings.HasPrefix(got.rows[len(got.rows)-1], c.last):
			t.Errorf("%s: %s\n%s\n…\n%s\n%d rows\n%s", c.file, got.Names(), got.rows[0], got.rows[len(got.rows)-1], len(got.rows), got.said())
		}
	}
}
