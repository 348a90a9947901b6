//! What libraries for logging and servers write, as the real ones wrote it (`samples/`; how each was made stands in `docs/formats/`).

use super::*;

#[test]
fn logfmt_is_read_by_the_names_of_its_pairs() {
    insta::assert_snapshot!(heard("app.log", concat!(
        "time=2026-01-02T00:00:00.000Z level=INFO msg=\"order placed\" order=17 service=checkout\n",
        "ts=1767312001.5 caller=main.go:7 level=warn component=cache err=\"dial tcp: \\\"bank\\\" refused\" env=staging\n",
        "goroutine 1 [running]:\n\tmain.main()\n",
        "time=\"2026-01-02T00:00:02Z\" level=error msg=\"cannot pay\" peer.service=bank\n",
    ).as_bytes()), @r##"
    2026-01-02T00:00:00Z checkout INFO "order placed" beside order=17 :1+1
    2026-01-02T00:00:01.5Z app WARN "dial tcp: \"bank\" refused\ngoroutine 1 [running]:\n\tmain.main()" in staging beside component=cache :2+3
    2026-01-02T00:00:02Z app ERROR "cannot pay" beside peer.service=bank peers bank :5+1
    "##);
}

#[test]
fn what_prometheus_says_of_itself_is_logfmt() {
    insta::assert_snapshot!(heard("prometheus.log", include_bytes!("../../samples/prometheus-logfmt.log")), @r##"
    2026-11-25T18:20:25.412Z prometheus INFO "No time or size retention was set so using the default time retention" beside duration=15d :1+1
    2026-11-25T18:20:25.413Z prometheus INFO "fd_limits=(soft=20000, hard=20000)" :2+1
    2026-11-25T18:20:25.414Z prometheus INFO "Start listening for connections" beside component=web,address=127.0.0.1:19090 :3+1
    2026-11-25T18:20:25.414Z prometheus INFO "Starting TSDB ..." :4+1
    2026-11-25T18:20:25.419Z prometheus INFO "Replaying on-disk memory mappable chunks if any" beside component=tsdb :5+1
    2026-11-25T18:20:25.419Z prometheus INFO "On-disk memory mappable chunks replay completed" beside component=tsdb,duration=1.472µs :6+1
    2026-11-25T18:20:25.419Z prometheus INFO "Replaying WAL, this may take a while" beside component=tsdb :7+1
    2026-11-25T18:20:25.42Z prometheus INFO "Listening on" beside component=web,address=127.0.0.1:19090 :8+1
    "##);
}

#[test]
fn what_web_servers_and_python_write_is_read() {
    insta::assert_snapshot!(heard("nginx/access.log", include_bytes!("../../samples/nginx-access.log")), @r##"
    2026-11-25T18:20:27Z nginx  "127.0.0.1 - - \"GET / HTTP/1.1\" 403 153 \"-\" \"curl/7.88.1\"" :1+1
    2026-11-25T18:20:27Z nginx  "127.0.0.1 - - \"GET /missing HTTP/1.1\" 404 153 \"-\" \"curl/7.88.1\"" :2+1
    2026-11-25T18:20:27Z nginx ERROR "127.0.0.1 - - \"GET /api/pay HTTP/1.1\" 502 157 \"-\" \"curl/7.88.1\"" :3+1
    2026-11-25T18:20:27Z nginx  "127.0.0.1 - - \"GET /%22quoted HTTP/1.1\" 404 153 \"-\" \"curl/7.88.1\"" :4+1
    2026-11-25T18:20:27Z nginx  "127.0.0.1 - - \"GET /x HTTP/1.1\" 404 153 \"-\" \"bad\\x22agent\"" :5+1
    "##);
    insta::assert_snapshot!(heard("nginx/error.log", include_bytes!("../../samples/nginx-error.log")), @r##"
    2026-11-25T18:20:27Z nginx ERROR "12736#12736: *1 directory index of \"/usr/share/doc/\" is forbidden, client: 127.0.0.1, server: , request: \"GET / HTTP/1.1\", host: \"127.0.0.1:18080\"" :1+1
    2026-11-25T18:20:27Z nginx INFO "12736#12736: *1 client 127.0.0.1 closed keepalive connection" :2+1
    2026-11-25T18:20:27Z nginx ERROR "12736#12736: *2 open() \"/usr/share/doc/missing\" failed (2: No such file or directory), client: 127.0.0.1, server: , request: \"GET /missing HTTP/1.1\", host: \"127.0.0.1:18080\"" :3+1
    2026-11-25T18:20:27Z nginx INFO "12736#12736: *2 client 127.0.0.1 closed keepalive connection" :4+1
    2026-11-25T18:20:27Z nginx ERROR "12736#12736: *3 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: , request: \"GET /api/pay HTTP/1.1\", upstream: \"http://127.0.0.1:1/api/pay\", host: \"127.0.0.1:18080\"" :5+1
    2026-11-25T18:20:27Z nginx INFO "12736#12736: *3 client 127.0.0.1 closed keepalive connection" :6+1
    2026-11-25T18:20:27Z nginx ERROR "12736#12736: *5 open() \"/usr/share/doc/\"quoted\" failed (2: No such file or directory), client: 127.0.0.1, server: , request: \"GET /%22quoted HTTP/1.1\", host: \"127.0.0.1:18080\"" :7+1
    "##);
    insta::assert_snapshot!(heard("python.log", include_bytes!("../../samples/python.log")), @r##"
    2026-11-25T18:20:28.644Z python INFO "shop.basket basket 7 saved" :1+1
    2026-11-25T18:20:28.645Z python ERROR "shop.basket no such item\nTraceback (most recent call last):\n  File \"<stdin>\", line 5, in <module>\nKeyError: 'x'" :2+4
    2026-11-25T18:20:28.645Z python WARN "shop.basket slow" :6+1
    "##);
}

#[test]
fn what_loggers_of_node_write_is_read() {
    insta::assert_snapshot!(heard("pino.log", include_bytes!("../../samples/pino.log")), @r##"
    2026-11-26T00:28:06.277Z pino INFO "listening on 8080" beside name=checkout :1+1
    2026-11-26T00:28:06.278Z pino WARN "slow card" beside name=checkout,order=17,upstream=bank peers bank :2+1
    2026-11-26T00:28:06.278Z pino ERROR "payment failed err.message=no card\nError: no card\n    at Object.<anonymous> (/srv/shop/log.js:4:9)\n    at Module._compile (node:internal/modules/cjs/loader:1521:14)\n    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)\n    at Module.load (node:internal/modules/cjs/loader:1266:32)\n    at Module._load (node:internal/modules/cjs/loader:1091:12)\n    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)\n    at node:internal/main/run_main_module:28:49" beside name=checkout,err.type=Error :3+1
    "##);
    insta::assert_snapshot!(heard("winston.log", include_bytes!("../../samples/winston.log")), @r##"
    2026-11-26T00:28:06.317Z checkout INFO "listening" beside port=8080 :1+1
    2026-11-26T00:28:06.341Z checkout WARN "slow card" beside order=17 :2+1
    2026-11-26T00:28:06.342Z checkout ERROR "no card\nError: no card\n    at Object.<anonymous> (/srv/shop/log.js:6:74)\n    at Module._compile (node:internal/modules/cjs/loader:1521:14)\n    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)\n    at Module.load (node:internal/modules/cjs/loader:1266:32)\n    at Module._load (node:internal/modules/cjs/loader:1091:12)\n    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)\n    at node:internal/main/run_main_module:28:49" :3+1
    "##);
    insta::assert_snapshot!(heard("bunyan.log", include_bytes!("../../samples/bunyan.log")), @r##"
    2026-11-26T00:28:06.356Z bunyan INFO "listening on 8080" beside name=checkout :1+1
    2026-11-26T00:28:06.357Z bunyan WARN "slow card" beside name=checkout,order=17 :2+1
    2026-11-26T00:28:06.357Z bunyan ERROR "payment failed err.message=no card\nError: no card\n    at Object.<anonymous> (/srv/shop/log.js:8:73)\n    at Module._compile (node:internal/modules/cjs/loader:1521:14)\n    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)\n    at Module.load (node:internal/modules/cjs/loader:1266:32)\n    at Module._load (node:internal/modules/cjs/loader:1091:12)\n    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)\n    at node:internal/main/run_main_module:28:49" beside name=checkout,err.name=Error :3+1
    "##);
}

#[test]
fn what_loggers_of_python_write_is_read() {
    insta::assert_snapshot!(heard("structlog.log", include_bytes!("../../samples/structlog-json.log")), @r##"
    2026-11-26T00:28:06.797881Z checkout INFO "listening" beside port=8080 :1+1
    2026-11-26T00:28:06.797938Z checkout WARN "slow card" beside order=17 :2+1
    2026-11-26T00:28:06.797962Z checkout ERROR "payment failed\nTraceback (most recent call last):\n  File \"/srv/shop/log.py\", line 12, in <module>\n    try: {}[\"card\"]\n         ~~^^^^^^^^\nKeyError: 'card'" :3+1
    "##);
    insta::assert_snapshot!(heard("structlog.log", include_bytes!("../../samples/structlog-console.log")), @r##"
    2026-11-26T00:28:06.798186Z structlog INFO "listening                      port=8080" :1+1
    2026-11-26T00:28:06.798229Z structlog WARN "slow card                      order=17" :2+1
    "##);
    insta::assert_snapshot!(heard("logger.log", include_bytes!("../../samples/python-json-logger.log")), @r##"
    2026-11-26T00:28:06.797Z logger INFO "listening on 8080" beside name=shop.checkout :1+1
    2026-11-26T00:28:06.797Z logger WARN "slow card" beside name=shop.checkout,order=17 :2+1
    2026-11-26T00:28:06.797Z logger ERROR "payment failed\nTraceback (most recent call last):\n  File \"/srv/shop/log.py\", line 6, in <module>\n    try: {}[\"card\"]\n         ~~^^^^^^^^\nKeyError: 'card'" beside name=shop.checkout :3+1
    "##);
    insta::assert_snapshot!(heard("loguru.log", include_bytes!("../../samples/loguru.log")), @r##"
    2026-11-26T00:28:06.831Z loguru INFO "__main__:<module>:23 - listening on 8080" :1+1
    2026-11-26T00:28:06.831Z loguru WARN "__main__:<module>:23 - slow card" :2+1
    2026-11-26T00:28:06.831Z loguru ERROR "__main__:<module>:25 - payment failed\nTraceback (most recent call last):\n\n> File \"/srv/shop/log.py\", line 24, in <module>\n    try: {}[\"card\"]\n\nKeyError: 'card'" :3+7
    "##);
    insta::assert_snapshot!(heard("loguru.log", include_bytes!("../../samples/loguru-json.log")), @r##"
    2026-11-26T00:28:06.831466Z loguru INFO "listening on 8080" beside text=2026-11-26 00:28:06.831 | INFO     | __main__:<module>:23 - listening on 8080
    ,exception=null,name=__main__ :1+1
    2026-11-26T00:28:06.831831Z loguru WARN "slow card" beside text=2026-11-26 00:28:06.831 | WARNING  | __main__:<module>:23 - slow card
    ,exception=null,order=17,name=__main__ :2+1
    2026-11-26T00:28:06.831927Z loguru ERROR "payment failed exception.value='card'" beside text=2026-11-26 00:28:06.831 | ERROR    | __main__:<module>:25 - payment failed
    Traceback (most recent call last):

    > File "/srv/shop/log.py", line 24, in <module>
        try: {}["card"]

    KeyError: 'card'
    ,exception.type=KeyError,exception.traceback=true,name=__main__ :3+1
    "##);
}

#[test]
fn what_loggers_of_rust_and_java_write_is_read() {
    insta::assert_snapshot!(heard("tracing.log", include_bytes!("../../samples/tracing-json.log")), @r##"
    2026-11-26T00:27:39.056759Z tracing INFO "listening" beside port=8080 :1+1
    2026-11-26T00:27:39.056909Z tracing WARN "slow card" beside upstream=bank,span.order=17,span.name=pay,spans=[...] peers bank :2+1
    2026-11-26T00:27:39.056955Z tracing ERROR "payment failed error=no card" beside span.order=17,span.name=pay,spans=[...] :3+1
    "##);
    insta::assert_snapshot!(heard("tracing.log", include_bytes!("../../samples/tracing-text.log")), @r##"
    2026-11-26T00:27:39.065724Z tracing INFO "tr: listening port=8080" :1+1
    2026-11-26T00:27:39.065779Z tracing WARN "pay{order=17}: tr: slow card upstream=\"bank\"" :2+1
    2026-11-26T00:27:39.065794Z tracing ERROR "pay{order=17}: tr: payment failed error=no card" :3+1
    "##);
    insta::assert_snapshot!(heard("log4j.log", include_bytes!("../../samples/log4j2-json.log")), @r##"
    2026-11-26T00:28:09Z log4j INFO "listening on 8080" :1+1
    2026-11-26T00:28:10Z log4j WARN "slow card" beside order=17 :2+1
    2026-11-26T00:28:10Z log4j ERROR "payment failed thrown.message=no card thrown.name=java.lang.IllegalStateException" beside thrown.commonElementCount=0,thrown.localizedMessage=no card,thrown.extendedStackTrace=[...],order=17 :3+1
    "##);
    insta::assert_snapshot!(heard("logback.log", include_bytes!("../../samples/logback.log")), @r##"
    2026-11-26T00:28:12.447Z logback INFO "[main] shop.checkout.OrderService - listening on 8080" :1+1
    2026-11-26T00:28:12.449Z logback WARN "[main] shop.checkout.OrderService - slow card" :2+1
    2026-11-26T00:28:12.451Z logback ERROR "[main] shop.checkout.OrderService - payment failed\njava.lang.IllegalStateException: no card\n\tat LB.main(LB.java:2)" :3+3
    "##);
}
