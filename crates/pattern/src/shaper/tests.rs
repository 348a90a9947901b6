//! What shapes messages have.

use super::*;

#[track_caller]
fn check(message: &str, expected: &str) {
    assert_eq!(Shaper::new().shape(message).text, expected);
}

#[track_caller]
fn check_one_shape(messages: &[&str]) {
    let first = Shaper::new().shape(messages[0]).text.to_owned();
    messages.iter().for_each(|message| check(message, &first));
}

/// Found by fuzzing: the parts of an address were added up before their length was looked at.
#[test]
fn digits_between_dots_that_are_no_address_are_taken_at_any_length() {
    check("from 1.2.3.99999999999999999999 and 99999999999999999999.1.2.3", "from <id> and <id>");
    check("/99999999999999999999.1.2.3:50010", "<path>:<num>");
}

#[test]
fn plain_words_stay() {
    for message in [
        "state PAID -> SHIPPED",
        "VM Started",
        "auth-service is not-responding (degraded)",
        "don't 'panic' yet",
    ] {
        check(message, message);
    }
}

#[test]
fn numbers_are_masked_with_their_units() {
    check(
        "took 12ms for 3.4GB, 85% done after -5 of 1h30m",
        "took <num> for <num>, <num> done after <num> of <num>",
    );
    check("status=200 size: 17", "status=<num> size: <num>");
    check("data cache.....................0", "data cache.....................<num>");
}

#[test]
fn identifiers_with_digits_are_masked() {
    check("blk_-123 order-8f3a user42 v1.2.3 rack-3-b", "<id> <id> <id> <id> <id>");
    check("node-7 of SKU-1234, 30546173_4261722401", "node-<num> of SKU-<num>, <num>_<num>");
    check("Object@6df97b55 at 0xdeadbeef", "Object@<hex> at <hex>");
    check("id=123e4567-e89b-12d3-a456-426614174000", "id=<uuid>");
    check("digest a489c868f0c37da93b76227c91bb03908ac0e742", "digest <hex>");
}

#[test]
fn constants_with_digits_stay() {
    check(
        "HTTP/1.1 utf8 sha256 k8s s3 ipv4 x86_64 oauth2 p99",
        "HTTP/1.1 utf8 sha256 k8s s3 ipv4 x86_64 oauth2 p99",
    );
}

#[test]
fn a_width_belongs_to_a_word_only_where_such_words_have_widths() {
    check("i64 u16 aes256 HmacSHA512 RS384 utf16 avx512", "i64 u16 aes256 HmacSHA512 RS384 utf16 avx512");
    check("t512 dn384 rack1024 (7,0x7000123456)", "<id> <id> <id> (<num>,<hex>)");
}

#[test]
fn threads_do_not_divide_what_they_say() {
    check_one_shape(&["[main] shop.Orders - paid 7", "[pool of 3: a@b.example] shop.Orders - paid 8"]);
    check("12345 --- [main] o.shop.Orders  : paid", "<num> --- [<word>] o.shop.Orders : paid");
}

#[test]
fn addresses_lose_their_ports() {
    check("from 10.0.0.1:8080 to [fe80::1]:443", "from <ip>:<num> to [<ip>]:<num>");
    check("src: /10.250.19.102:54106 host db-3:5432", "src: <ip>:<num> host db-<num>:<num>");
    check("mac 00:1b:44:11:3a:b7", "mac <hex>");
    check("ib FF:F2:9F:16:CF:F2:00:0D:60:E9:12:34", "ib <hex>");
}

#[test]
fn urls_keep_scheme_and_host_and_what_is_constant_in_the_path() {
    check(
        "GET http://inventory:8080/api/v1/users/42?page=7",
        "GET http://inventory:<num>/api/v1/users/<num>?page=<num>",
    );
    check("to https://10.0.0.1/health.", "to https://<ip>/health.");
}

#[test]
fn files_are_masked_and_routes_stay() {
    check("open /var/lib/data failed: ./x.txt", "open <path> failed: <path>");
    check(r"read C:\Users\bob\x.log:12", "read <path>:<num>");
    check("\"GET /api/orders/42 HTTP/1.1\" 200", "\"GET /api/orders/<num> HTTP/1.1\" <num>");
    check("GET /api/orders?user=7&token=abcdef 200", "GET /api/orders?<str> <num>");
    check("Input/output and/or", "Input/output and/or");
}

#[test]
fn machines_of_the_public_name_system_are_masked_and_services_and_classes_stay() {
    check("to mx1.example.co.uk:25 via www.example.com.", "to <host>:<num> via <host>.");
    for message in [
        "payments.svc and db.internal answered",
        "org.apache.hadoop.mapred.MapTask started",
        "com.example.shop.io failed",
        "run deploy.min.js, a.tar.gz, start.sh. done.",
        "see robots.txt",
    ] {
        check(message, message);
    }
}

#[test]
fn behind_a_key_that_names_one_of_many_a_word_is_an_identifier() {
    check("ruser= rhost=alpha user=root tty=ssh", "ruser= rhost=<id> user=<id> tty=ssh");
    check("state=PAID username=x-y, msg=hello", "state=PAID username=<id>, msg=hello");
}

#[test]
fn a_size_that_is_said_twice_and_a_duration_below_a_second_are_quantities() {
    check_one_shape(&["8 bytes sent, lifetime 00:02", "2048 bytes (2.00 KB) sent, lifetime 00:02"]);
    check("lifetime <1 sec and <5ms <b>", "lifetime <num> and <num> <b>");
    check("8 bytes (1 of 2) and x<3", "<num> bytes (<num> of <num>) and x<<num>");
}

#[test]
fn days_zones_and_years_around_a_time_of_day_belong_to_it() {
    check("since Fri Jul 08 09:12:33 PDT 2005, M", "since <time>, M");
    check("May 3 10:00:00.5 2026 or 10:00:00 UTC", "<time> or <time>");
    check("10:00:00 NOT found in Aug 7", "<time> NOT found in Aug <num>");
    check("10:00:00 2048 bytes, PDT 2005 10 PDT 2005", "<time> <num> bytes, PDT <num> <num> PDT <num>");
    check("code 17 10:00:00 and Mayo 3 10:00:00", "code <num> <time> and Mayo <num> <time>");
}

#[test]
fn times_are_one_wildcard() {
    check("at 2026-03-01 10:12:00.123 and 2026-03-01T10:12:00Z", "at <time> and <time>");
    check("on 2026/3/1", "on <time>");
}

#[test]
fn quoted_data_is_masked_and_quoted_words_stay() {
    check("name 'main' is \"ok\"", "name 'main' is \"ok\"");
    check("said 'room 12 is hot' to \"bob-17\"", "said '<str>' to \"bob-<num>\"");
    check("it's 5 o'clock", "it's <num> o'clock");
}

#[test]
fn lists_of_any_length_are_one_shape() {
    check_one_shape(&["ids [1, 2, 3]", "ids [4]", "ids [5, 6, 7, 8, 9]"]);
    check_one_shape(&["ids [\"a1x9\", \"b2x9\"]", "ids [\"a1x9\"]"]);
}

#[test]
fn closing_tags_are_kept() {
    check("<state>PAID</state> read </var/lib/x>", "<state>PAID</state> read <<path>>");
    check("<a><id>42</id></a>", "<a><id><num></id></a>");
}

#[test]
fn blanks_colours_and_control_characters_make_no_difference() {
    check_one_shape(&["a  b", "a\tb", " a b ", "a \u{1b}[31mb\u{1b}[0m", "a\0 b\u{7}"]);
}

#[test]
fn scripts_without_spaces_keep_their_words() {
    check("用户123登录失败，订单order-8f3a", "用户<num>登录失败，订单<id>");
    check("المستخدم 42 فشل", "المستخدم <num> فشل");
}

#[test]
fn secrets_are_masked_and_counted() {
    let mut shaper = Shaper::new();
    let shape = shaper.shape("login bob@shop.example password=hunter2 card 4111111111111111");
    assert_eq!((shape.text, shape.masked), ("login <email> password=<secret> card <num>", 3));
}

#[test]
fn a_trace_is_told_by_exceptions_and_innermost_functions() {
    let java = "Order 17 failed\njava.lang.IllegalStateException: no stock for 9\n\tat com.shop.Stock.take(Stock.java:41)\n\
                \tat com.shop.Cart.pay(Cart.java:7)\n\tat com.shop.Api.post(Api.java:1)\n\tat java.Thread.run(Thread.java:2)\n\
                Caused by: java.io.IOException: gone\n\t... 23 more";
    check(
        java,
        "Order <num> failed\njava.lang.IllegalStateException: no stock for <num>\nCaused by: java.io.IOException: gone\n\
         at com.shop.Stock.take\nat com.shop.Cart.pay\nat com.shop.Api.post",
    );
    let python = "Traceback (most recent call last):\n  File \"a.py\", line 3, in main\n    run()\n  File \"b.py\", line 9, in run\n    x()\nValueError: bad 7";
    check(python, "Traceback (most recent call last):\nValueError: bad <num>\nat run\nat main");
    let go = "panic: boom\n\ngoroutine 1 [running]:\nmain.(*Cart).Add(0xc000010000, 0x1)\n\t/srv/cart.go:12 +0x1d\nmain.main()\n\t/srv/main.go:5 +0x2";
    check(go, "panic: boom\nat main.(*Cart).Add\nat main.main");
    let node = "TypeError: x is undefined\n    at Cart.add (/srv/cart.js:10:5)\n    at async /srv/main.js:1:2\n    at new Shop (/srv/shop.js:2:1)";
    check(node, "TypeError: x is undefined\nat Cart.add\nat new Shop");
}

#[test]
fn line_numbers_and_depth_are_not_in_the_identity_of_a_trace() {
    check_one_shape(&[
        "x\nE.FooError: y\n at a.b(C.java:1)",
        "x\nE.FooError: y\n at a.b(C.java:99)\n ... 7 more",
    ]);
}

#[test]
fn megabytes_cost_no_more_than_the_first_kilobytes() {
    check(&"x1".repeat(1 << 20), "<str>");
    check(&format!("head {}", "[".repeat(1 << 20)), &format!("head {}", "[".repeat(1019)));
}
