package cmd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/sql"
	"mlpipeline/internal/testutil"
)

// Programs that put the rows of a CSV file into a table, as text or as what they are, and
// print what a SELECT predicts, in the order of the rows; SQLite's is the recipe's. Status 9
// is that the database is not there.
var databases = map[string]struct {
	command []string
	program string
}{
	"sqlite": {[]string{"python3", "-c"}, `
import sys
try:
    import sqlite3
    sqlite3.connect(":memory:").execute("SELECT sin(1)")
except Exception: sys.exit(9)
sys.stdin = open(sys.argv[1], newline="")
program = sys.argv[4].replace("models/model.sql", sys.argv[2])
if sys.argv[3] == "typed":
    program = program.replace("'\"%s\"'", "'\"%s\" NUMERIC'").replace(", table)", ", [[c or None for c in row] for row in table])")
exec(program)
`},
	"duckdb": {[]string{"node", "-e"}, `
let duckdb
try { duckdb = require('@duckdb/node-api') } catch { process.exit(9) }
const [path, query, kind] = process.argv.slice(1)
const types = kind === 'typed' ? "nullstr = ['', 'NA']" : 'all_varchar = true'
const run = async () => {
  const db = await (await duckdb.DuckDBInstance.create(':memory:')).connect()
  await db.run("SET TimeZone = 'America/New_York'")
  await db.run("CREATE TABLE rows AS SELECT *, row_number() OVER () AS \"row\" FROM read_csv('" + path +
    "', delim = ',', quote = '\"', escape = '\"', header = true, auto_detect = true, sample_size = -1, " + types + ')')
  const select = require('fs').readFileSync(query, 'utf8')
  const result = await db.runAndReadAll('SELECT predicted FROM (' + select + ') AS p ORDER BY "row"')
  for (const row of result.getRows()) console.log(row[0] === null ? 'None' : String(row[0]))
}
run().catch((e) => { console.error(e.message); process.exit(1) })
`},
	// Where PGHOST or PGSERVICE say that there is one; all columns are text.
	"postgres": {[]string{"python3", "-c"}, `
import csv, os, subprocess, sys
if not (os.environ.get("PGHOST") or os.environ.get("PGSERVICE")) or sys.argv[3] == "typed": sys.exit(9)
names = next(csv.reader(open(sys.argv[1], newline="")))
script = "SET TimeZone = 'America/New_York'; CREATE TEMP TABLE rows (%s, \"row\" serial);\n" % ", ".join(
    '"%s" text' % n.replace('"', '""') for n in names)
script += "\\copy rows (%s) FROM '%s' WITH (FORMAT csv, HEADER true)\n" % (
    ", ".join('"%s"' % n.replace('"', '""') for n in names).replace("\n", " "), sys.argv[1])
script += "SELECT coalesce(CAST(predicted AS text), 'None') FROM (%s) AS p ORDER BY \"row\";\n" % open(sys.argv[2]).read()
sys.exit(subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1"], input=script, text=True).returncode)
`},
}

// inDatabase returns what model.sql predicts of the rows of a file, and skips a test where
// there is no such database.
func inDatabase(t *testing.T, dir, dialect, file, kind string) []string {
	t.Helper()
	database := databases[dialect]
	needs(t, database.command[0])
	inPython := recipe(t, "(?s)```python\n(.*?)```")
	args := append(slices.Clone(database.command[1:]), database.program, file, "model.sql", kind, inPython)
	run := exec.Command(database.command[0], args...)
	run.Dir = dir
	out, err := run.Output()
	exit, _ := err.(*exec.ExitError)
	switch {
	case exit != nil && exit.ExitCode() == 9:
		t.Skip("there is no such database here")
	case exit != nil:
		t.Fatalf("%v\n%s", err, exit.Stderr)
	case err != nil:
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// checkSQL trains, and compares what the SELECT predicts of the rows of a file with what
// model_testing predicts.
func checkSQL(t *testing.T, dir, file string, train ...string) {
	t.Helper()
	rows := testutil.Must(os.ReadFile(filepath.Join(dir, file)))(t)
	file = "alone.csv" // a name that does not go on where training ended, which no SELECT knows
	write(t, filepath.Join(dir, file), string(rows))
	for dialect := range databases {
		must(t, dir, "model_preparation", append([]string{"-sql", "model.sql", "-dialect", dialect}, train...)...)
		must(t, dir, "model_testing", "-predictions", "p.csv", "-report", "", file)
		want := predictedIn(t, filepath.Join(dir, "p.csv"))
		for _, kind := range []string{"text", "typed"} {
			t.Run(dialect+" "+kind, func(t *testing.T) { agree(t, inDatabase(t, dir, dialect, file, kind), want) })
		}
	}
}

// predictedIn returns a column of -predictions.
func predictedIn(t *testing.T, path string) (values []string) {
	t.Helper()
	records := readCSV(t, path)
	column := slices.Index(records[0], "predicted")
	for _, rec := range records[1:] {
		values = append(values, rec[column])
	}
	return values
}

// agree compares predictions to 1e-9 of their deviation; what is no number on one side
// must be none on the other.
func agree(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	var numbers []float64
	for _, s := range want {
		if y, err := strconv.ParseFloat(s, 64); err == nil {
			numbers = append(numbers, y)
		}
	}
	if len(numbers) < 2 {
		t.Fatal("nothing is predicted")
	}
	mean, squares := 0.0, 0.0
	for _, y := range numbers {
		mean += y / float64(len(numbers))
	}
	for _, y := range numbers {
		squares += (y - mean) * (y - mean)
	}
	near := 1e-9 * math.Sqrt(squares/float64(len(numbers)))
	for i := range want {
		x, errGot := strconv.ParseFloat(got[i], 64)
		y, errWant := strconv.ParseFloat(want[i], 64)
		if (errGot != nil) != (errWant != nil) || errWant == nil && !(math.Abs(x-y) <= near) {
			t.Fatalf("row %d is %q, want %q", i, got[i], want[i])
		}
	}
}

func TestSQLOfTerms(t *testing.T) {
	t.Parallel()
	for name, scale := range map[string][]string{
		"chosen": {"-auto"},
		"lags":   {"-lags", "1,7", "-hinge", "temp_max_lag_1", "-cross", "temp_max_lag_1>*wind,weather*temp_max_lag_7"},
		"means":  {"-lags", "2", "-missing", "mean", "-hinge", "wind@3/6", "-calendar", "month", "-trend"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			seattle := filepath.Join(root, "cmd/testdata/data/seattle-weather.csv")
			must(t, dir, "data_creation", "-import", seattle, "-target", "temp_max")
			must(t, dir, "model_preprocessing", scale...)
			checkSQL(t, dir, "data/test/seattle-weather.csv")
		})
	}
}

// Words that are rare, new or missing, and names that would end a quote or begin a
// comment.
func TestSQLOfNames(t *testing.T) {
	t.Parallel()
	const header = `"a ""1""; DROP TABLE rows; --","of place' --",Ω@%?,y` + "\n"
	words := strings.Split("a b c a b c o'clock=1 d o'clock=1 e a b c a f b o'clock=1 g;-- (other) a", " ")
	train, r := header, rand.New(rand.NewPCG(1, 1))
	for i := range 200 {
		x, word := strconv.Itoa(i%7), words[r.IntN(len(words))]
		if i%11 == 5 {
			x = ""
		}
		if i%13 == 5 {
			word = "NA"
		}
		train += fmt.Sprintf("%s,%s,%.3f,%d\n", x, word, 1e6+r.Float64(), i*i%23)
	}
	rows := header + "1,a,1000000.5,2\n2,b,1000000,3\n3,o'clock=1,1000001,\n,a,999999,5\n4,d,1000003,5\n5,f,,6\n" +
		"6,never seen,1000000.1,7\n7,,1000000.2,8\n8,(other),1000000.3,9\n9,(missing),1000000.4,9\n0.5,g;--,NA,1\nnull,a,,1\n"
	cross := `"a ""1""; DROP TABLE rows; --*Ω@%?","of place' --*a ""1""; DROP TABLE rows; -->"`
	for _, missing := range []string{"drop", "mean", "indicator"} {
		t.Run(missing, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "train.csv"), train)
			write(t, filepath.Join(dir, "new.csv"), rows)
			must(t, dir, "model_preprocessing", "-time", "", "-target", "y", "-max-levels", "6", "-missing", missing, "-hinge",
				`"a ""1""; DROP TABLE rows; --:2"`, "-cross", cross, "train.csv")
			checkSQL(t, dir, "new.csv", "-alpha", "0.5", "train.csv")
		})
	}
}

// The clock of a zone goes on and back: its hours, hours of the week, holidays.
func TestSQLOfZone(t *testing.T) {
	t.Parallel()
	dir, r := t.TempDir(), rand.New(rand.NewPCG(1, 1))
	lines, temp := []string{}, 0.0
	for i := range 15000 {
		at := time.Date(2018, 12, 31, 20, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Hour)
		temp = 0.9*temp + r.NormFloat64()
		lines = append(lines, fmt.Sprintf("%s,%.2f,%.3f\n", at.Format(time.RFC3339), temp, float64(i*i%97)+math.Abs(temp)))
	}
	const header = "at,temp,load\n"
	write(t, filepath.Join(dir, "train.csv"), header+strings.Join(lines[:10000], ""))
	write(t, filepath.Join(dir, "new.csv"), header+strings.Join(lines[10000:], ""))
	write(t, filepath.Join(dir, "holidays"), "2019-05-01\n2019-12-25\n2020-05-01\n")
	must(t, dir, "model_preprocessing", "-time", "at", "-target", "load", "-zone", "Europe/Vienna", "-calendar",
		"hour,hour_of_week,holiday,month", "-holidays", "holidays", "-hinge", "temp@0,trend:2", "-trend", "-cross",
		"hour*temp>", "-daily", "1", "train.csv")
	checkSQL(t, dir, "new.csv", "-alpha", "1", "train.csv")
}

// Databases nest a thousand operations at most; a model may have more columns.
func TestSQLOfManyColumns(t *testing.T) {
	const p = 1500
	d := design.Design{Target: "y", Missing: design.Drop}
	m := regression.Model{Intercept: 1}
	var cells []string
	for j := range p {
		d.Features, cells = append(d.Features, fmt.Sprint("x", j)), append(cells, strconv.Itoa(j))
		m.Mean, m.Scale, m.Coef, m.Kept = append(m.Mean, 1), append(m.Scale, 2), append(m.Coef, 4), append(m.Kept, true)
	}
	row := strings.Join(cells, ",") + "\n"
	for dialect := range databases {
		t.Run(dialect, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "rows.csv"), strings.Join(d.Features, ",")+"\n"+row+strings.Replace(row, "7", "NA", 1))
			write(t, filepath.Join(dir, "model.sql"), sql.Select(dialect, "", &m, &d))
			sum := inDatabase(t, dir, dialect, "rows.csv", "text")
			if x, err := strconv.ParseFloat(sum[0], 64); err != nil || x != 1+2*(p*(p-1)/2-p) || sum[1] != "None" {
				t.Errorf("%v", sum)
			}
		})
	}
}

// Which of two rows of one time is before the other is not known; a column whose term is
// left out need not be there. Times are ISO 8601, with a zone or without.
func TestSQLOfLags(t *testing.T) {
	d := design.Design{Target: "y", Time: "at", Features: []string{"gone"}, Lags: []int{1}, Missing: design.Drop}
	m := regression.Model{Intercept: 1, Coef: []float64{0, 1}, Kept: []bool{false, true}}
	m.Mean, m.Scale = []float64{0, 0}, []float64{1, 1}
	const rows = "at,y\n2019-12-31,10\n2020-01-01T01:00:00+02:00,20\n2019-12-31T23:00:00Z,30\n2020-01-01 00:00:00.25,40\n" +
		"2020-01-01T00:00:01,50\n2020-01-01T00:00:02Z,NA\n2020-01-01T01:00:03+01:00,70\n"
	for dialect := range databases {
		t.Run(dialect, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "rows.csv"), rows)
			write(t, filepath.Join(dir, "model.sql"), sql.Select(dialect, "", &m, &d))
			want := []string{"", "", "", "", "41", "51", ""}
			got := inDatabase(t, dir, dialect, "rows.csv", "text")
			// Of the two rows of one time either may be before the fourth.
			if got[3] != "21.0" && got[3] != "31.0" && got[3] != "21" && got[3] != "31" {
				t.Errorf("after two rows of one time it is %s", got[3])
			}
			got[3] = ""
			agree(t, got, want)
		})
	}
}
