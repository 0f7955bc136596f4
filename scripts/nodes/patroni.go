//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// restTime is how long Patroni may take to answer.
const restTime = 2 * time.Second

// ask sends Patroni a request and returns its answer's status and body.
func (m *member) ask(method, path, body string) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(m.c.ctx, restTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://"+m.rest+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.SetBasicAuth("patroni", m.c.password.rest)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// isPrimary says whether the nodes are to write to it: what HAProxy asks Patroni.
func (m *member) isPrimary() bool {
	if m.rest == "" {
		var standby bool
		return m.c.query(m, `SELECT pg_is_in_recovery()`, &standby) == nil && !standby
	}
	status, _, err := m.ask(http.MethodGet, "/primary", "")
	return err == nil && status == http.StatusOK
}

// leader is the member that all writes go to; nil: none.
func (c *cluster) leader() *member {
	for _, m := range c.members {
		if m != nil && m.isPrimary() {
			return m
		}
	}
	return nil
}

// replicating says what is missing until one leads and the others follow it.
func (c *cluster) replicating() error {
	if c.options.plain {
		return c.plainReplicating()
	}
	leader := c.leader()
	if leader == nil {
		return errors.New("no member leads")
	}
	_, answer, err := leader.ask(http.MethodGet, "/cluster", "")
	if err != nil {
		return err
	}
	var cluster struct {
		Members []struct {
			Name, Role, State string
			Timeline          int
			Lag               any
		}
	}
	if err := json.Unmarshal(answer, &cluster); err != nil {
		return err
	}
	follow, sync, timeline := 0, 0, 0
	for _, m := range cluster.Members {
		if m.Role == "leader" {
			timeline = m.Timeline
		}
	}
	for _, m := range cluster.Members {
		if m.Role != "leader" && m.Timeline == timeline && (m.State == "running" || m.State == "streaming") {
			follow++
		}
		if m.Role == "sync_standby" {
			sync++
		}
	}
	if follow != memberCount-1 || sync == 0 && !c.options.async {
		return fmt.Errorf("%d follow, %d of them synchronously: %s", follow, sync, answer)
	}
	return nil
}

// setAsync changes the cluster's mode, as "patronictl edit-config" does.
func (c *cluster) setAsync(async bool) error {
	leader := c.leader()
	if leader == nil {
		return errors.New("no member leads")
	}
	// The lag that a standby may have is the lab's to lose.
	status, answer, err := leader.ask(http.MethodPatch, "/config", fmt.Sprintf(`{"synchronous_mode":%t,"maximum_lag_on_failover":%d}`, !async, 1<<30))
	switch {
	case err != nil:
		return err
	case status != http.StatusOK:
		return fmt.Errorf("change the mode: %d %s", status, answer)
	}
	c.options.async = async
	return c.await("the mode is another", startTime, func() error {
		var names string
		if err := c.query(leader, `SHOW synchronous_standby_names`, &names); err != nil {
			return err
		}
		if (names == "") != async {
			return fmt.Errorf("synchronous_standby_names is %q", names)
		}
		return c.replicating()
	})
}

// switchOver asks Patroni for another leader, as "patronictl switchover" does.
func (c *cluster) switchOver() error {
	leader := c.leader()
	if leader == nil {
		return errors.New("no member leads")
	}
	_, err := c.run(c.as, nil, program("patronictl"), "-c", leader.config, "switchover", "--force")
	return err
}
