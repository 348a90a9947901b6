//! Real names, and what each is: as the documentation of their exporters and of OpenTelemetry's conventions has it.

use super::Meaning::{
    Benefit, Countdown, Counter, ErrorCounter, ErrorGauge, Expiry, Gauge, Latency, Limit, Moment, Part,
    TailLatency, Use,
};
use super::*;

#[test]
fn names_of_well_known_exporters_say_what_they_are() {
    let names = [
        // Instrumented services.
        ("http_requests_total", Counter),
        ("http_requests_total{status=\"503\"}", ErrorCounter),
        ("upstream_errors_total{peer=\"payments\"}", ErrorCounter),
        ("http_request_duration_seconds{quantile=\"0.99\"}", TailLatency),
        ("http_request_duration_seconds_count", Counter),
        ("http_request_duration_seconds_sum", Counter),
        ("request_seconds_bucket{le=\"5\"}", Part),
        ("request_seconds_created", Part),
        ("request_latency_p99_ms", TailLatency),
        ("request_latency_p50_ms", Latency),
        ("RequestLatencyP99", TailLatency),
        ("cache_hit_ratio", Benefit),
        ("queue_depth", Gauge),
        ("queueDepth", Gauge),
        ("error_budget_remaining_ratio", Countdown),
        ("process_start_time_seconds", Part),
        ("process_uptime_seconds", Part),
        ("service_uptime_percent", Benefit),
        ("process_cpu_seconds_total", Counter),
        ("process_resident_memory_bytes", Use),
        ("process_open_fds", Use),
        ("process_max_fds", Limit),
        ("go_goroutines", Use),
        ("go_memstats_frees_total", Counter),
        ("tls_certificate_expiry_seconds", Expiry),
        ("tls_certificate_days_left", Countdown),
        ("x509_cert_not_after{subject_CN=\"shop\"}", Expiry),
        ("certmanager_certificate_expiration_timestamp_seconds", Expiry),
        ("probe_ssl_earliest_cert_expiry", Expiry),
        ("backup_last_success_timestamp_seconds", Moment),
        ("storage_quota_used_bytes", Use),
        ("storage_quota_limit_bytes", Limit),
        ("api_quota_remaining", Countdown),
        ("quota_used_ratio", Use),
        ("quota_usage_ratio", Use),
        ("quota_used_percent", Use),
        ("api_quota_used", Use),
        ("api_quota", Limit),
        // node_exporter.
        ("node_memory_MemAvailable_bytes", Countdown),
        ("node_memory_MemFree_bytes", Countdown),
        ("node_memory_SwapFree_bytes", Countdown),
        ("node_memory_MemTotal_bytes", Limit),
        ("node_filesystem_avail_bytes", Countdown),
        ("node_filesystem_files_free", Countdown),
        ("node_filesystem_size_bytes", Limit),
        ("node_filefd_allocated", Use),
        ("node_filefd_maximum", Limit),
        ("node_load1", Use),
        ("node_cpu_seconds_total{mode=\"idle\"}", Counter),
        ("node_network_receive_errs_total", ErrorCounter),
        ("node_disk_io_time_seconds_total", Counter),
        ("node_boot_time_seconds{host=\"a\"}", Part),
        ("node_nf_conntrack_entries_limit", Limit),
        ("node_textfile_mtime_seconds", Moment),
        // cAdvisor and the kubelet.
        ("container_memory_working_set_bytes", Use),
        ("container_memory_max_usage_bytes", Use),
        ("container_spec_memory_limit_bytes", Limit),
        ("container_cpu_cfs_throttled_periods_total", Counter),
        ("container_start_time_seconds", Part),
        ("kubelet_volume_stats_available_bytes", Countdown),
        ("kubelet_volume_stats_capacity_bytes", Limit),
        // kube-state-metrics.
        ("kube_resourcequota{namespace=\"a\",resource=\"pods\",type=\"used\"}", Gauge),
        ("kube_resourcequota{namespace=\"a\",resource=\"pods\",type=\"hard\"}", Limit),
        ("kube_pod_container_status_restarts_total", Counter),
        ("kube_pod_container_resource_limits{resource=\"memory\"}", Limit),
        ("kube_deployment_status_replicas_available", Countdown),
        ("kube_pod_created", Part),
        ("kube_pod_start_time", Part),
        ("kube_cronjob_status_last_schedule_time", Moment),
        ("kube_job_status_failed", ErrorGauge),
        ("kube_node_status_allocatable{resource=\"pods\"}", Limit),
        // PostgreSQL and MySQL.
        ("pg_stat_database_numbackends", Gauge),
        ("pg_settings_max_connections", Limit),
        ("pg_stat_database_xact_commit{datname=\"shop\"}", Counter),
        ("pg_database_size_bytes", Limit),
        ("mysql_global_status_threads_connected", Use),
        ("mysql_global_variables_max_connections", Limit),
        ("mysql_global_status_queries", Counter),
        ("mysql_global_status_slow_queries", Counter),
        ("mysql_global_status_uptime", Part),
        ("mysql_global_status_max_used_connections", Use),
        // Redis, memcached, RabbitMQ.
        ("redis_connected_clients", Gauge),
        ("redis_config_maxclients", Limit),
        ("redis_memory_used_bytes", Use),
        ("redis_memory_max_bytes", Limit),
        ("redis_rejected_connections_total", ErrorCounter),
        ("redis_uptime_in_seconds", Part),
        ("redis_rdb_last_save_timestamp_seconds", Moment),
        ("memcached_limit_bytes", Limit),
        ("rabbitmq_queue_messages_ready", Gauge),
        ("rabbitmq_disk_space_available_bytes", Countdown),
        ("rabbitmq_disk_space_available_limit_bytes", Limit),
        // Kafka.
        ("kafka_server_replicamanager_underreplicatedpartitions", Gauge),
        ("kafka_controller_KafkaController_ActiveControllerCount", Gauge),
        ("kafka_server_BrokerTopicMetrics_BytesInPerSec_Count", Counter),
        ("kafka_consumergroup_lag", Latency),
        // nginx and HAProxy.
        ("nginx_http_requests_total", Counter),
        ("nginx_connections_active", Gauge),
        ("haproxy_frontend_limit_sessions", Limit),
        // The JVM.
        ("jvm_memory_used_bytes{area=\"heap\"}", Use),
        ("jvm_memory_max_bytes{area=\"heap\"}", Limit),
        ("jvm_gc_collection_seconds_count", Counter),
        ("jvm_threads_live_threads", Use),
        ("jvm_gc_memory_allocated_bytes_total", Counter),
        ("hikaricp_connections_timeout_total", ErrorCounter),
        ("tomcat_threads_config_max_threads", Limit),
        // OpenTelemetry, in dots and as exporters for Prometheus write it.
        ("jvm.thread.count", Use),
        ("jvm_thread_count", Use),
        ("jvm.class.count", Gauge),
        ("db.client.connection.count", Gauge),
        ("db_client_connection_count{state=\"used\"}", Gauge),
        ("db.client.connection.max", Limit),
        ("process_open_file_descriptor_count", Use),
        ("http.server.request.duration_count", Counter),
        ("system.memory.usage{state=\"used\"}", Use),
        ("system.memory.usage{state=\"free\"}", Countdown),
        ("system.memory.utilization", Use),
        ("system.filesystem.limit", Limit),
        ("k8s.pod.memory_limit_utilization", Use),
        // Windows and the clouds.
        ("windows_logical_disk_free_bytes", Countdown),
        ("windows_logical_disk_size_bytes", Limit),
        ("windows_memory_available_bytes", Countdown),
        ("windows_memory_physical_total_bytes", Limit),
        ("windows_pagefile_limit_bytes", Limit),
        ("FreeableMemory", Countdown),
        ("FreeStorageSpace", Countdown),
        ("RequestCount", Gauge),
        ("HTTPCode_Target_5XX_Count", ErrorCounter),
    ];
    for (name, expected) in names {
        assert_eq!(Meaning::of(name), expected, "{name}");
    }
    assert!(names.len() > 100);
}

#[test]
fn names_say_in_what_time_is_told() {
    for (name, seconds) in [
        ("http_request_duration_seconds{quantile=\"0.99\"}", Some(1.0)),
        ("p95 seconds of GET /orders", Some(1.0)),
        ("request_latency_p99_ms", Some(1e-3)),
        ("response_time_milliseconds", Some(1e-3)),
        ("replication_lag_seconds", Some(1.0)),
        ("requests_per_seconds", None),
        ("process_start_time_seconds", None),
        ("queue_depth", None),
    ] {
        assert_eq!(seconds_of_one(name), seconds, "{name}");
    }
}

#[test]
fn a_size_at_which_nothing_ends_is_a_quantity() {
    for (name, lonely) in [
        ("memory_limit_bytes", Limit),
        ("redis_queue_size", Gauge),
        ("http_server_requests_seconds_max", Latency),
        ("pg_database_size_bytes", Gauge),
        ("node_memory_MemTotal_bytes", Use),
        ("kube_resourcequota{type=\"hard\"}", Limit),
    ] {
        assert_eq!((Meaning::of(name), Meaning::of_no_limit(name)), (Limit, lonely), "{name}");
    }
}

#[test]
fn what_falls_as_no_counter_does_is_what_the_rest_of_its_name_says() {
    for (name, gauge) in [
        ("pg_stat_activity_count", Gauge),
        ("heap_sum", Use),
        ("failed_jobs_count", ErrorGauge),
        ("requests_total", Gauge),
    ] {
        assert!(Meaning::of(name).is_cumulative(), "{name}");
        assert_eq!(Meaning::of_no_counter(name), gauge, "{name}");
    }
}
