package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

// A browser, where there is one, shows the page and has nothing to complain of.
func TestPageInBrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium")
	}
	dir := newDir(t)
	must(t, dir, "data_creation", "-rows", "400")
	must(t, dir, "model_preprocessing")
	must(t, dir, "model_preparation")
	must(t, dir, "model_testing")
	page := filepath.Join(dir, "models/report.html")
	show := func(page string) (dom, log string) {
		t.Helper()
		c := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
			"--user-data-dir="+t.TempDir(), "--dump-dom", "file://"+page)
		var stdout, stderr strings.Builder
		c.Stdout, c.Stderr = &stdout, &stderr
		if err := c.Run(); err != nil {
			t.Skipf("chromium does not run here: %v", err)
		}
		return stdout.String(), stderr.String()
	}
	dom, log := show(page)
	if strings.Contains(log, "CONSOLE") {
		t.Errorf("the console says\n%s", log)
	}
	if n := strings.Count(dom, "</svg>"); n != 7+6+5+5+1 {
		t.Errorf("%d pictures", n)
	}
	// It would have been heard.
	b := testutil.Must(os.ReadFile(page))(t)
	bad := filepath.Join(dir, "bad.html")
	testutil.WriteFile(t, bad, append(b, "<script>missing()</script>"...))
	if _, log := show(bad); !strings.Contains(log, "CONSOLE") {
		t.Error("a script that fails is not heard of")
	}
}
