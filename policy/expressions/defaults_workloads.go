package expressions

import "math"

// labelsOfTemplate are the labels that some controllers take from their pods when
// they have none themselves.
func labelsOfTemplate(o place) any {
	for _, key := range []string{"spec", "template", "metadata"} {
		if o.unknown(key) {
			return o.same(key)
		}
		var ok bool
		if o, ok = o.in(key); !ok {
			return nil
		}
	}
	if o.fields["labels"] == nil {
		return nil
	}
	return o.same("labels")
}

func fillReplicationController(o place) {
	labels := labelsOfTemplate(o)
	if spec, ok := o.in("spec"); ok {
		spec.or("replicas", int64(1))
		if labels != nil {
			spec.or("selector", labels)
		}
	}
	if metadata, ok := o.in("metadata"); ok && labels != nil {
		metadata.or("labels", labels)
	}
}

func fillJob(o place) {
	if spec, ok := o.in("spec"); ok {
		fillJobSpec(spec)
	}
	if metadata, ok := o.in("metadata"); ok {
		if labels := labelsOfTemplate(o); labels != nil {
			metadata.or("labels", labels)
		}
	}
}

func fillJobSpec(s place) {
	switch {
	case s.fields["parallelism"] == nil:
		s.or("completions", int64(1))
		s.or("parallelism", int64(1))
	case s.unknown("parallelism"):
		s.or("completions", s.same("parallelism"))
	}
	switch {
	case s.fields["backoffLimitPerIndex"] == nil:
		s.or("backoffLimit", int64(6))
	case s.unknown("backoffLimitPerIndex"):
		s.or("backoffLimit", s.same("backoffLimitPerIndex"))
	default:
		s.or("backoffLimit", int64(math.MaxInt32))
	}
	s.or("completionMode", "NonIndexed")
	s.or("suspend", false)
	s.or("manualSelector", false)
	switch {
	case s.fields["podFailurePolicy"] == nil:
		s.or("podReplacementPolicy", "TerminatingOrFailed")
	case s.unknown("podFailurePolicy"):
		s.or("podReplacementPolicy", s.same("podFailurePolicy"))
	default:
		s.or("podReplacementPolicy", "Failed")
	}
}

func fillCronJob(s place) {
	s.or("concurrencyPolicy", "Allow")
	s.or("suspend", false)
	s.or("successfulJobsHistoryLimit", int64(3))
	s.or("failedJobsHistoryLimit", int64(1))
}

func fillDeployment(s place) {
	s.or("replicas", int64(1))
	s.or("revisionHistoryLimit", int64(10))
	s.or("progressDeadlineSeconds", int64(600))
	s.rolling("strategy", map[string]any{"maxUnavailable": "25%", "maxSurge": "25%"})
}

func fillDaemonSet(s place) {
	s.or("revisionHistoryLimit", int64(10))
	s.rolling("updateStrategy", map[string]any{"maxUnavailable": int64(1), "maxSurge": int64(0)})
}

func fillStatefulSet(s place) {
	s.or("replicas", int64(1))
	s.or("revisionHistoryLimit", int64(10))
	s.or("podManagementPolicy", "OrderedReady")
	strategy, ok := s.in("updateStrategy")
	if !ok || strategy.fields["type"] == nil || strategy.unknown("type") || strategy.fields["rollingUpdate"] != nil {
		s.rolling("updateStrategy", map[string]any{"partition": int64(0)})
	}
	if retention, ok := s.object("persistentVolumeClaimRetentionPolicy"); ok {
		retention.or("whenDeleted", "Retain")
		retention.or("whenScaled", "Retain")
	}
	for _, claim := range s.each("volumeClaimTemplates") {
		claim.or("apiVersion", "v1")
		claim.or("kind", "PersistentVolumeClaim")
		withSpec(fillClaim)(claim)
	}
}

// rolling makes a strategy a rolling update with these amounts.
func (p place) rolling(key string, amounts map[string]any) {
	strategy, ok := p.object(key)
	if !ok {
		return
	}
	strategy.or("type", "RollingUpdate")
	if strategy.unknown("type") {
		strategy.fields["rollingUpdate"] = strategy.same("type")
	}
	if strategy.fields["type"] != "RollingUpdate" {
		return
	}
	if update, ok := strategy.object("rollingUpdate"); ok {
		for k, v := range amounts {
			update.or(k, v)
		}
	}
}

func fillAutoscaler(s place) {
	s.or("minReplicas", int64(1))
	s.or("metrics", []any{map[string]any{
		"type": "Resource",
		"resource": map[string]any{
			"name": "cpu", "target": map[string]any{"type": "Utilization", "averageUtilization": int64(80)},
		},
	}})
	behavior, ok := s.in("behavior")
	if !ok {
		return
	}
	if up, ok := behavior.object("scaleUp"); ok {
		up.or("stabilizationWindowSeconds", int64(0))
		up.or("selectPolicy", "Max")
		up.or("policies", []any{
			map[string]any{"type": "Pods", "value": int64(4), "periodSeconds": int64(15)},
			map[string]any{"type": "Percent", "value": int64(100), "periodSeconds": int64(15)},
		})
	}
	if down, ok := behavior.object("scaleDown"); ok {
		down.or("selectPolicy", "Max")
		down.or("policies", []any{map[string]any{"type": "Percent", "value": int64(100), "periodSeconds": int64(15)}})
	}
}
