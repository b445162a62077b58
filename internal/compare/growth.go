//go:build unix

package main

import (
	"bufio"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
)

// growth prints what the three stages take as rows, columns and files grow: seconds
// of all three, the largest peak of memory, and all artifacts together.
func growth(bin string, mostRows int) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintf(w, "rows\tcolumns\tfiles\tseconds\tMiB\tartifacts, MB\t\n")
	row := func(rows, columns, files int, create func(dir string) error) error {
		dir, err := os.MkdirTemp(bin, "growth-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := os.Mkdir(filepath.Join(dir, "models"), 0o777); err != nil {
			return err
		}
		if err := create(dir); err != nil {
			return err
		}
		in := func(path string) string { return filepath.Join(dir, path) }
		var all cost
		for _, s := range [][]string{
			{"model_preprocessing", "-o", in("models/s.json"), in("data/train")},
			{"model_preparation", "-scaler", in("models/s.json"), "-o", in("models/m.gob"), in("data/train")},
			{"model_testing", "-scaler", in("models/s.json"), "-model", in("models/m.gob"), "-metrics", in("models/t.json"),
				in("data/test")},
		} {
			c, ok := bench(filepath.Join(bin, s[0]), append([]string{"-quiet"}, s[1:]...)...)
			if !ok {
				return fmt.Errorf("%s does not run", s[0])
			}
			all = all.plus(c)
		}
		artifacts, err := filepath.Glob(in("models/*.[gj]*")) // not the page
		if err != nil {
			return err
		}
		size := int64(0)
		for _, path := range artifacts {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			size += info.Size()
		}
		fmt.Fprintf(w, "%d\t%d\t%d\t%.3g\t%.0f\t%.2g\t\n", rows, columns, files, all.seconds, all.mib, float64(size)/1e6)
		return w.Flush()
	}
	station := func(rows, stations int) func(dir string) error {
		return func(dir string) error {
			_, ok := bench(filepath.Join(bin, "data_creation"), "-quiet", "-out", filepath.Join(dir, "data"), "-scenarios",
				"clean", "-step", "1m", "-rows", strconv.Itoa(rows), "-stations", strconv.Itoa(stations))
			if !ok {
				return fmt.Errorf("data_creation does not run")
			}
			return nil
		}
	}
	for rows := 1000; rows <= mostRows; rows *= 10 {
		if err := row(rows, 5, 1, station(rows, 1)); err != nil {
			return err
		}
	}
	for _, files := range []int{100, 1000, 10000} {
		if err := row(100*files, 5, files, station(100, files)); err != nil {
			return err
		}
	}
	for _, columns := range []int{100, 300, 1000, 1500} {
		rows := 20000
		if columns >= 1000 {
			rows = 6000
		}
		if err := row(rows, columns, 1, func(dir string) error { return wideTable(dir, rows, columns) }); err != nil {
			return err
		}
	}
	return nil
}

// wideTable writes random numbers, of which the last column is a sum and noise, in
// hours from 2020 on: four fifths to train on.
func wideTable(dir string, rows, columns int) error {
	r := rand.New(rand.NewPCG(1, 2))
	row := 0
	for _, part := range []struct {
		name string
		rows int
	}{{"train", rows * 4 / 5}, {"test", rows - rows*4/5}} {
		path := filepath.Join(dir, "data", part.name, "wide.csv")
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		w := bufio.NewWriter(f)
		fmt.Fprint(w, "timestamp")
		for j := range columns {
			fmt.Fprintf(w, ",x%d", j)
		}
		fmt.Fprintln(w, ",temperature")
		for range part.rows {
			fmt.Fprintf(w, "%04d-01-01T%02d:00:00Z", 2020+row/24, row%24)
			sum := r.NormFloat64()
			for range columns {
				x := r.NormFloat64()
				sum += x
				fmt.Fprintf(w, ",%.4f", x)
			}
			fmt.Fprintf(w, ",%.4f\n", sum)
			row++
		}
		if err := w.Flush(); err != nil {
			log.Print(err)
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}
