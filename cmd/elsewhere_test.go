package cmd_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// programs returns the Python programs among the recipes: one that predicts, one that
// writes SQL.
func programs(t *testing.T) (predict, query string) {
	t.Helper()
	found := regexp.MustCompile("(?s)```python\n(.*?)```").FindAllStringSubmatch(recipes(t), -1)
	if len(found) != 2 {
		t.Fatalf("%d programs", len(found))
	}
	return found[0][1], found[1][1]
}

// python runs a program in dir, and returns the words that it printed.
func python(t *testing.T, dir, program, stdin string) []string {
	t.Helper()
	command := exec.Command("python3", "-c", program)
	command.Dir, command.Stdin = dir, strings.NewReader(stdin)
	out, err := command.Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			t.Fatalf("%v\n%s", err, exit.Stderr)
		}
		t.Skip(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// inSQLite puts the rows of a CSV file on standard input into a table, and prints
// what a query predicts.
const inSQLite = `
import csv, sqlite3, sys
table, db = list(csv.reader(sys.stdin)), sqlite3.connect(":memory:")
db.execute("CREATE TABLE rows (%s)" % ", ".join('"%s" NUMERIC' % name for name in table[0]))
marks = ", ".join("?" * len(table[0]))
db.executemany("INSERT INTO rows VALUES (%s)" % marks, [[c or None for c in row] for row in table[1:]])
for row in db.execute(open("query.sql").read()): print(row[-1])
`

// The recipes' programs predict what model_testing predicts, from model.json alone:
// numbers, harmonics, lags.
func TestElsewhere(t *testing.T) {
	predict, query := programs(t)
	seattle := filepath.Join(root, "cmd/testdata/data/seattle-weather.csv")
	for name, c := range map[string]struct{ create, scale, train, test []string }{
		"harmonics": {[]string{"-import", seattle, "-time", "date", "-target", "temp_max"}, nil, nil,
			[]string{"data/test/seattle-weather.csv"}},
		"lags": {[]string{"-import", seattle, "-time", "date", "-target", "temp_max"}, []string{"-lags", "1,7"},
			[]string{"-alpha", "3"}, []string{"data/test/seattle-weather.csv"}},
		"lags and means": {[]string{"-import", seattle, "-time", "date", "-target", "temp_max"},
			[]string{"-lags", "1,7", "-missing", "mean"}, nil, []string{"data/test/seattle-weather.csv"}},
		"hours": {[]string{"-scenarios", "gaps", "-step", "1h", "-rows", "3000"}, []string{"-daily", "3"}, nil,
			[]string{"data/test/gaps.csv"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := newDir(t)
			must(t, dir, "data_creation", c.create...)
			must(t, dir, "model_preprocessing", c.scale...)
			must(t, dir, "model_preparation", c.train...)
			must(t, dir, "model_testing", append([]string{"-predictions", "p.csv"}, c.test...)...)
			rows, err := os.ReadFile(filepath.Join(dir, c.test[0]))
			if err != nil {
				t.Fatal(err)
			}
			want := predicted(t, filepath.Join(dir, "p.csv"))
			agree(t, "Python", python(t, dir, predict, string(rows)), want)
			if err := os.WriteFile(filepath.Join(dir, "query.sql"), []byte(strings.Join(python(t, dir, query, ""), "\n")),
				0o666); err != nil {
				t.Fatal(err)
			}
			if python(t, dir, "import sqlite3\ntry: sqlite3.connect(':memory:').execute('SELECT sin(1), unixepoch(0)')\n"+
				"except sqlite3.Error: print('old')", "")[0] == "old" {
				t.Skip("this SQLite has no sine")
			}
			agree(t, "SQL", python(t, dir, inSQLite, string(rows)), want)
		})
	}
}

// predicted returns a column of -predictions.
func predicted(t *testing.T, path string) (values []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(records[0], "predicted")
	for _, rec := range records[1:] {
		values = append(values, rec[column])
	}
	return values
}

// agree compares predictions to 1e-12; what is no number on one side must be none on
// the other.
func agree(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(got), len(want))
	}
	numbers := 0
	for i := range want {
		x, errGot := strconv.ParseFloat(strings.TrimSpace(got[i]), 64)
		y, errWant := strconv.ParseFloat(want[i], 64)
		none := errGot != nil || x != x
		if none != (errWant != nil) || !none && !(math.Abs(x-y) <= 1e-12*max(1, math.Abs(y))) {
			t.Fatalf("%s: row %d is %q, want %q", what, i, got[i], want[i])
		}
		if !none {
			numbers++
		}
	}
	if numbers == 0 {
		t.Errorf("%s: nothing was predicted", what)
	}
}

// Levels of a category enter as 1 or 0, whatever is in their names; rare ones are
// pooled, new ones count as the average, and a missing cell as the scaler says.
func TestCategoriesElsewhere(t *testing.T) {
	predict, query := programs(t)
	train := "x,of place,y\n"
	for i, place := range strings.Split("a b c a b c o'clock=1 d o'clock=1 e a b c a f b o'clock=1 g", " ") {
		train += fmt.Sprintf("%d,%s,%d\n", i%7, place, i*i%23)
	}
	rows := "x,of place,y\n1,a,2\n2,b,3\n3,o'clock=1,\n,a,5\n4,d,5\n5,f,6\n6,never seen,7\n7,,8\n8,(other),9\n"
	for _, missing := range []string{"drop", "mean"} {
		dir := newDir(t)
		for name, text := range map[string]string{"train.csv": train, "new.csv": rows} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		must(t, dir, "model_preprocessing", "-time", "", "-target", "y", "-max-levels", "5", "-missing", missing, "train.csv")
		must(t, dir, "model_preparation", "-alpha", "0.5", "train.csv")
		must(t, dir, "model_testing", "-predictions", "p.csv", "new.csv")
		want := predicted(t, filepath.Join(dir, "p.csv"))
		agree(t, missing+", Python", python(t, dir, predict, rows), want)
		text := strings.Join(python(t, dir, query, ""), "\n")
		if err := os.WriteFile(filepath.Join(dir, "query.sql"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		agree(t, missing+", SQL", python(t, dir, inSQLite, rows), want)
	}
}
