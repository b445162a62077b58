//go:build unix

// Compare runs the stages side by side with what people use instead, on the
// same files: pandas and scikit-learn, DuckDB, R. It installs nothing and
// leaves out what it does not find. It checks that all get the same
// coefficients and prints wall time and peak memory, the least of several runs.
//
//	go run ./internal/compare [-rows N] [-runs K] [-growth]
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

var (
	rows = flag.Int("rows", 2500000, "rows, the last fifth to test, at steps of a minute")
	runs = flag.Int("runs", 3, "runs of each command; the fastest counts")
	grow = flag.Bool("growth", false, "instead: how the stages grow with rows (1000 to -rows), columns and files")
)

// cost is what a command took.
type cost struct {
	seconds float64
	mib     float64 // peak resident memory
	out     string
}

// bench measures a command; ok is false if it cannot be run.
func bench(name string, args ...string) (best cost, ok bool) {
	for i := range *runs {
		cmd := exec.Command(name, args...)
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		start := time.Now()
		if err := cmd.Run(); err != nil {
			lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
			log.Printf("left out: %s %s: %v: %s", name, strings.Join(args, " "), err, lines[len(lines)-1])
			return cost{}, false
		}
		c := cost{time.Since(start).Seconds(), float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024,
			out.String()}
		if i == 0 || c.seconds < best.seconds {
			best.seconds, best.out = c.seconds, c.out
		}
		best.mib = max(best.mib, c.mib)
	}
	return best, true
}

// plus is one stage after another.
func (c cost) plus(o cost) cost { return cost{c.seconds + o.seconds, max(c.mib, o.mib), o.out} }

func main() {
	log.SetFlags(0)
	log.SetPrefix("compare: ")
	flag.Parse()
	dir, err := os.MkdirTemp("", "compare-")
	if err != nil {
		log.Fatal(err)
	}
	fail := func(format string, args ...any) {
		os.RemoveAll(dir)
		log.Fatalf(format, args...)
	}
	defer os.RemoveAll(dir)
	if out, err := exec.Command("go", "build", "-o", dir, "./cmd/...").CombinedOutput(); err != nil {
		fail("%s%v", out, err)
	}
	if *grow {
		if err := growth(dir, *rows); err != nil {
			fail("%v", err)
		}
		return
	}
	scripts := "internal/compare/"
	in := func(name string) string { return filepath.Join(dir, name) }
	train, test := in("data/train/clean.csv"), in("data/test/clean.csv")

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%d rows, %d cores\tseconds\tMiB\ttimes as long\ttimes the memory\t\n", *rows, runtime.NumCPU())
	var ours cost
	row := func(name string, c cost, ok bool) {
		if ok {
			fmt.Fprintf(w, "%s\t%.3f\t%.0f\t%.1f\t%.1f\t\n", name, c.seconds, c.mib, c.seconds/ours.seconds,
				c.mib/ours.mib)
		}
	}
	stage := func(name string, args ...string) cost {
		c, ok := bench(in(name), append([]string{"-quiet"}, args...)...)
		if !ok {
			fail("%s does not run", name)
		}
		return c
	}

	ours = stage("data_creation", "-out", in("data"), "-scenarios", "clean", "-step", "1m", "-rows", fmt.Sprint(*rows))
	row("data_creation", ours, true)
	c, ok := bench(python(), scripts+"np_creation.py", in("numpy"), fmt.Sprint(*rows), fmt.Sprint(*rows/5))
	row("numpy, pandas to_csv", c, ok)

	shuffled := in("shuffled.csv")
	if err := shuffle(train, shuffled); err != nil {
		fail("%v", err)
	}
	for _, source := range []struct{ name, path string }{{"in order", train}, {"in disorder", shuffled}} {
		ours = stage("data_creation", "-import", source.path, "-out", in("imported"))
		row("import, "+source.name, ours, true)
		c, ok := bench("node", scripts+"duckdb_import.mjs", source.path, in("train.csv"), in("test.csv"),
			fmt.Sprint(runtime.NumCPU()))
		row("DuckDB: COPY of the same", c, ok)
		c, ok = bench(python(), scripts+"pd_import.py", source.path, in("train.csv"), in("test.csv"))
		row("pandas: sort_values, to_csv", c, ok)
	}

	ours = stage("model_preprocessing", "-o", in("s.json"), train)
	pre := ours
	row("model_preprocessing", ours, true)
	c, ok = bench("node", scripts+"duckdb.mjs", train, fmt.Sprint(runtime.NumCPU()))
	row("DuckDB: count, mean, variance", c, ok)
	c, ok = bench("wc", "-l", train)
	row("wc -l", c, ok)

	ours = stage("model_preparation", "-scaler", in("s.json"), "-o", in("m.gob"), train)
	prep := ours
	row("model_preparation", ours, true)
	c, ok = bench("Rscript", scripts+"lm.R", train)
	row("R: data.table, lm", c, ok)
	if ok {
		if err := check("R", in("m.json"), c.out); err != nil {
			fail("%v", err)
		}
	}

	ours = pre.plus(prep).plus(stage("model_testing", "-scaler", in("s.json"), "-model", in("m.gob"), "-metrics", "",
		"-digits", "12", test))
	row("the three stages", ours, true)
	a, okA := bench(python(), scripts+"sk_preprocessing.py", train, in("s.pkl"))
	b, okB := bench(python(), scripts+"sk_preparation.py", train, in("s.pkl"), in("m.pkl"))
	c, okC := bench(python(), scripts+"sk_testing.py", test, in("s.pkl"), in("m.pkl"))
	row("pandas, scikit-learn", a.plus(b).plus(c), okA && okB && okC)
	if okB {
		if err := check("scikit-learn", in("m.json"), b.out); err != nil {
			fail("%v", err)
		}
	}
	beside := func(c cost) {
		var sk [2]float64
		if err := json.Unmarshal([]byte(c.out), &sk); err != nil {
			fail("%s: %v", c.out, err)
		}
		log.Printf("scikit-learn: MSE %.12f, R² %.12f; here: %s", sk[0], sk[1], strings.TrimSpace(ours.out))
	}
	if okC {
		beside(c)
	}
	if c, ok = bench(python(), scripts+"sk_plain.py", train, test); ok {
		row("the same, plain: parse_dates, cross-validation", c, ok)
		beside(c)
	}

	for _, path := range []*string{&train, &test} {
		if *path, err = addWords(*path); err != nil {
			fail("%v", err)
		}
	}
	s := []string{"-scaler", in("s.json")}
	ours = stage("model_preprocessing", "-o", in("s.json"), "-target", "temperature", "-time", "timestamp", train)
	ours = ours.plus(stage("model_preparation", append(s, "-o", in("m.gob"), train)...))
	ours = ours.plus(stage("model_testing", append(s, "-model", in("m.gob"), "-metrics", "", "-digits", "12", test)...))
	row("the three stages, a column of five words more", ours, true)
	c, ok = bench(python(), scripts+"sk_words.py", train, test)
	row("pandas.get_dummies, scikit-learn", c, ok)
	if ok {
		beside(c)
	}
	if err := w.Flush(); err != nil {
		fail("%v", err)
	}
}

// addWords copies a file with a column of words behind the others.
func addWords(path string) (string, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	path += ".words.csv"
	out, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer out.Close()
	words := []string{"drizzle", "fog", "rain", "snow", "sun"}
	r := rand.New(rand.NewPCG(1, 1))
	rows, w := bufio.NewScanner(in), bufio.NewWriter(out)
	for word := "weather"; rows.Scan(); word = words[r.IntN(len(words))] {
		fmt.Fprintf(w, "%s,%s\n", rows.Bytes(), word)
	}
	return path, errors.Join(rows.Err(), w.Flush())
}

// shuffle copies a file with its rows in disorder, not by this process, whose memory
// would count as that of those that it starts.
func shuffle(from, to string) error {
	const script = `head -n 1 "$0" >"$1" && tail -n +2 "$0" | shuf --random-source="$0" >>"$1"`
	out, err := exec.Command("sh", "-c", script, from, to).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s%w", out, err)
	}
	return nil
}

// python is one that has scikit-learn.
func python() string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import sklearn, pandas, joblib").Run() == nil {
			return name
		}
	}
	return "python3"
}

// check reports a peer that has other coefficients than model.json.
func check(peer, path, out string) error {
	var theirs []float64
	if err := json.Unmarshal([]byte(out), &theirs); err != nil {
		return fmt.Errorf("%s: %s: %w", peer, out, err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var model struct {
		Coefficients []struct{ Value float64 }
	}
	if err := json.Unmarshal(b, &model); err != nil {
		return err
	}
	if len(theirs) != len(model.Coefficients) {
		return fmt.Errorf("%s has %d coefficients, not %d", peer, len(theirs), len(model.Coefficients))
	}
	worst := 0.0
	for j, c := range model.Coefficients {
		worst = max(worst, math.Abs(c.Value-theirs[j])/math.Abs(c.Value))
	}
	if !(worst <= 1e-7) {
		return fmt.Errorf("%s gets other coefficients: %v", peer, theirs)
	}
	log.Printf("%s: coefficients agree to %.1g", peer, worst)
	return nil
}
