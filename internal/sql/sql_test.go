package sql

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
)

// The clock is that of the zone from a year before the rows to twenty years after them,
// and NULL beyond, unless it goes on as it is.
func TestOffset(t *testing.T) {
	first, _ := dataset.ParseTime("2019-06-01")
	last, _ := dataset.ParseTime("2020-06-01")
	m := &regression.Model{Datasets: []regression.Dataset{{ID: dataset.ID{First: first, Last: first}},
		{ID: dataset.ID{First: dataset.NoTime, Last: dataset.NoTime}}, {ID: dataset.ID{First: last, Last: last}}}}
	begin, end := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2041, 1, 1, 0, 0, 0, 0, time.UTC)
	when := regexp.MustCompile(`WHEN "clock"."micros" < (-?\d+) THEN (\S+) -- until (\S+)`)
	for _, name := range []string{"Europe/Vienna", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo", "", "Etc/GMT+5"} {
		q := query{dialect: named("sqlite"), model: m, design: &design.Design{Time: "t", Zone: name}, parts: map[string][]string{}}
		made := q.offset()
		zone, _ := time.LoadLocation(name)
		lines := when.FindAllStringSubmatch(made, -1)
		beyond := regexp.MustCompile(`-?\d*( END)?$`).FindString(made) // with no line
		offset := func(at time.Time) string {
			for _, line := range lines {
				until, _ := strconv.ParseInt(line[1], 10, 64)
				if line[3] != time.UnixMicro(until).UTC().Format(time.RFC3339) {
					t.Fatalf("%s: %s", name, line[0])
				}
				if at.UnixMicro() < until {
					return line[2]
				}
			}
			return strings.TrimSuffix(beyond, " END")
		}
		for at := begin; at.Before(end); at = at.Add(5*time.Hour + time.Minute) {
			_, seconds := at.In(zone).Zone()
			if got := offset(at); got != fmt.Sprint(seconds*1e6) {
				t.Fatalf("%s: %s at %v, want %d s\n%s", name, got, at, seconds, made)
			}
		}
		wantBefore, wantAfter := "NULL", ""
		switch name {
		case "Asia/Tokyo":
			wantAfter = "32400000000"
		case "", "Etc/GMT+5":
			wantBefore, wantAfter = made, made
		}
		if got := offset(begin.Add(-1)); got != wantBefore {
			t.Errorf("%s: %s before", name, got)
		}
		if got := offset(end); got != wantAfter {
			t.Errorf("%s: %q after", name, got)
		}
	}
}

// Numbers are read back as they are, and are never integers or decimals.
func TestFloat(t *testing.T) {
	for _, x := range []float64{0, 5, -0.1, 1e21, 123456789.123, math.Pi, 5e-324, math.MaxFloat64, 1.0 / 3} {
		for _, d := range dialects {
			s := d.float(x)
			if y, err := strconv.ParseFloat(s, 64); err != nil || y != x {
				t.Errorf("%v is %s in %s", x, s, d.name)
			}
			if !strings.ContainsAny(s, ".e") || d.name == "duckdb" && !strings.Contains(s, "e") {
				t.Errorf("%s is no float in %s", s, d.name)
			}
		}
	}
}
