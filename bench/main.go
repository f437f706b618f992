// Command bench measures hufu against its peers on the same work in one run and writes docs/benchmarks.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	// The roles that this program takes when it starts itself as a peer.
	if len(os.Args) > 1 && (os.Args[1] == "floor" || os.Args[1] == "serve") {
		flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
		listen, data, group := flags.String("listen", "", ""), flags.String("data", "", ""), flags.Int("group", 0, "")
		_ = flags.Parse(os.Args[2:]) // exits on an error
		if os.Args[1] == "floor" {
			return floor(*listen)
		}
		return grouped(*listen, *data, *group)
	}
	out := flag.String("out", "../docs/benchmarks.md", "where to write the report")
	seconds := flag.Int("seconds", 5, "seconds per measurement")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.MkdirTemp("", "hufu-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, self := filepath.Join(dir, "hufu"), ""
	if out, err := exec.CommandContext(ctx, "go", "-C", "..", "build", "-o", binary, "./cmd/hufu").CombinedOutput(); err != nil {
		return fmt.Errorf("build hufu: %w\n%s", err, out)
	}
	if self, err = os.Executable(); err != nil {
		return err
	}
	return measure(ctx, self, binary, dir, *out, time.Duration(*seconds)*time.Second)
}

func measure(ctx context.Context, self, binary, dir, out string, d time.Duration) (err error) {
	var r report
	step := func(what string, do func() error) {
		if err == nil {
			fmt.Fprintln(os.Stderr, what, "...")
			err = do()
		}
	}
	step("fsync", func() (err error) { r.sync, err = syncTime(dir); return })
	step("signed reads", func() (err error) {
		r.reads, err = measureSignedRead(ctx, self, binary, filepath.Join(dir, "reads"), d)
		return
	})
	step("durable writes", func() (err error) { r.writes, err = measureWrites(ctx, self, dir, d); return })
	step("allocations", func() (err error) { r.allocations, err = measureAllocations(ctx, dir); return })
	step("a million sub-users", func() (err error) { r.large, err = measureLarge(ctx, binary, dir); return })
	if err != nil {
		return err
	}
	text := r.markdown()
	fmt.Print(text)
	return os.WriteFile(out, []byte(text), 0o644)
}
