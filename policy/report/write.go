package report

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// Write writes the report in all its forms into a folder: report.txt, report.json,
// report.sarif, a page for each framework in frameworks, and an issue for each
// finding in issues. Pages and issues of an earlier report go away.
func (r *Report) Write(dir string) error {
	inSARIF, err := r.SARIF()
	if err != nil {
		return err
	}
	inJSON, err := r.JSON()
	if err != nil {
		return err
	}
	files := map[string][]byte{"report.txt": []byte(r.Text()), "report.json": inJSON, "report.sarif": inSARIF}
	for i := range r.Frameworks {
		f := &r.Frameworks[i]
		files[filepath.Join("frameworks", f.File())] = []byte(r.Page(f))
	}
	for _, f := range r.Findings {
		files[filepath.Join("issues", f.Issue.File)] = []byte("# " + line(f.Issue.Title) + "\n\n" + f.Issue.Body)
	}
	for _, sub := range []string{"frameworks", "issues"} {
		if err := emptied(filepath.Join(dir, sub)); err != nil {
			return err
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// JSON is the form for programs.
func (r *Report) JSON() ([]byte, error) {
	content, err := json.MarshalIndent(r, "", "  ")
	return append(content, '\n'), err
}

// emptied makes a folder, or deletes the pages in it.
func emptied(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.md"))
	for _, page := range pages {
		err = errors.Join(err, os.Remove(page))
	}
	return err
}
