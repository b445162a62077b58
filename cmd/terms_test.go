package cmd_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mlpipeline/internal/regression"
	"mlpipeline/internal/testutil"
)

// Hinges, calendar, trend and crosses are what R's lm makes of pmax, factor and products:
//
//	lm(temp_max ~ precipitation + temp_min + wind + weather + s1 + c1 + pmax(temp_min - 2.8, 0) +
//	  pmax(temp_min - 7.8, 0) + pmax(temp_min - 13.3, 0) + pmax(wind - 3, 0) + pmax(wind - 6, 0) + month + trend +
//	  I((temp_min - mean)*(wind - mean)) + weather:I(temp_min - mean))
//
// and predict(interval = "prediction"), of R 4.2.
func TestTermsAsR(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "data_creation", "-import", filepath.Join(root, "cmd/testdata/data/seattle-weather.csv"), "-target", "temp_max")
	must(t, dir, "model_preprocessing", "-hinge", "temp_min:3", "-hinge", "wind@3/6", "-calendar", "month", "-trend",
		"-cross", "temp_min*wind,weather*temp_min", "-annual", "1", "-write", "scaled")
	must(t, dir, "model_preparation")
	must(t, dir, "model_testing", "-predictions", "p.csv")
	var model regression.Summary
	readJSON(t, filepath.Join(dir, "models/model.json"), &model)
	equal(t, "R²", model.R2, 0.87294904980678634)
	stdErrors := map[string]float64{"wind>3": 0.233401466201142493, "trend": 0.096030885957788414}
	values := map[string]float64{"wind>3": -0.5119588633634454267, "trend": 0.1486432065250180290,
		"temp_min>7.8": 0.0582210789621302391, "temp_min*wind": -0.0065657099477053026}
	for _, c := range model.Coefficients {
		if want, ok := values[c.Name]; ok {
			equal(t, c.Name, c.Value, want)
		}
		if want, ok := stdErrors[c.Name]; ok {
			equal(t, "standard error of "+c.Name, *c.StdError, want)
		}
	}
	equal(t, "MSE", *readMetrics(t, dir).MSE, 7.7515654015511837)
	rows := readCSV(t, filepath.Join(dir, "p.csv"))
	for row, want := range map[int][]float64{
		1:   {11.7496693421687528, 6.42080571645840248, 17.078532967879102},
		100: {23.8992280406080191, 18.73405986699146908, 29.064396214224569},
		292: {5.3194168020543477, 0.11647229303016005, 10.522361311078535},
	} {
		for i, column := range []int{3, 5, 6} {
			got, _ := strconv.ParseFloat(rows[row][column], 64)
			equal(t, fmt.Sprint("prediction ", row), got, want[i])
		}
	}
	// What -write scales has mean 0 and deviation 1, derived columns too.
	scaled := readCSV(t, filepath.Join(dir, "scaled/seattle-weather.csv"))
	for j := 1; j < len(scaled[0])-1; j++ {
		sum, squares := 0.0, 0.0
		for _, row := range scaled[1:] {
			z, _ := strconv.ParseFloat(row[j], 64)
			sum, squares = sum+z, squares+z*z
		}
		if n := float64(len(scaled) - 1); math.Abs(sum/n) > 1e-12 || math.Abs(squares/n-1) > 1e-12 {
			t.Errorf("scaled %s: mean %v, variance %v", scaled[0][j], sum/n, squares/n)
		}
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	b := testutil.Must(os.ReadFile(path))(t)
	return testutil.Must(csv.NewReader(bytes.NewReader(b)).ReadAll())(t)
}

// A V of known knot is found, to the error of the true model; twelve columns of noise are left
// out but for two or so.
func TestAutoFinds(t *testing.T) {
	// run makes a model of a thousand rows, the target last.
	run := func(seed uint64, row func(r *rand.Rand) []float64) (regression.Summary, float64) {
		dir, r := t.TempDir(), rand.New(rand.NewPCG(seed, 1))
		csv := "x0,x1,x2,x3,x4,x5,x6,x7,x8,x9,x10,x11,x12,y\n"
		for range 1000 {
			csv += strings.Trim(strings.ReplaceAll(fmt.Sprintf("%.6g", row(r)), " ", ","), "[]") + "\n"
		}
		write(t, filepath.Join(dir, "t.csv"), csv)
		shell(t, dir, "data_creation -quiet -import t.csv -target y && model_preprocessing -quiet -auto && "+
			"model_preparation -quiet && model_testing -quiet -report ''")
		var model regression.Summary
		readJSON(t, filepath.Join(dir, "models/model.json"), &model)
		return model, *readMetrics(t, dir).R2
	}
	noise := func(r *rand.Rand) (row []float64) {
		for range 14 {
			row = append(row, r.NormFloat64())
		}
		return row
	}
	_, r2 := run(1, func(r *rand.Rand) []float64 {
		row := noise(r)
		row[0] = 16 + 8*row[0]
		row[13] = 5*math.Abs(row[0]-16) + 3*row[13]
		return row
	})
	// The deviation of 5·|x − 16| is 5·8·√(1 − 2/π) = 24.1.
	if truth := 1 - 9/(9+24.1*24.1); r2 < truth-0.01 {
		t.Errorf("R² %.4f of a V, where that of the truth is %.4f", r2, truth)
	}
	var kept []int
	for seed := range uint64(5) {
		model, _ := run(seed, func(r *rand.Rand) []float64 {
			row := noise(r)
			row[13] += row[0]
			return row
		})
		n := 0
		for _, term := range model.Terms {
			if term.Kept && term.Name != "x0" {
				n++
			}
		}
		kept = append(kept, n)
	}
	slices.Sort(kept)
	if kept[len(kept)/2] > 2 {
		t.Errorf("of twelve columns of noise and their hinges %v terms are kept", kept)
	}
}
