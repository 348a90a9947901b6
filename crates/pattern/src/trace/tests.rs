//! Traces as the languages themselves print them (Java 17, Python 3.11, Rust 1.95, Node 20; the others in their documented forms).

use crate::shaper::Shaper;

fn shape(message: &str) -> String {
    Shaper::new().shape(message).text.to_owned()
}

#[track_caller]
fn check(message: &str, expected: &str) {
    assert_eq!(shape(message), expected);
}

const JAVA: &str = "Order 17 failed
java.lang.RuntimeException: Order 17 failed
\tat com.shop.Shop.pay(Shop.java:4)
\tat com.shop.Shop.lambda$main$0(Shop.java:7)
\tat java.base/java.lang.Iterable.forEach(Iterable.java:75)
\tat com.shop.Shop.main(Shop.java:7)
\tat java.base/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)
\tat java.base/java.lang.reflect.Method.invoke(Method.java:569)
Caused by: java.lang.IllegalStateException: no stock for 17
\tat com.shop.Shop$Stock.take(Shop.java:3)
\t... 9 more";

#[test]
fn java_is_told_by_its_chain_and_its_own_frames() {
    check(
        JAVA,
        "Order <num> failed\njava.lang.RuntimeException: Order <num> failed\n\
         Caused by: java.lang.IllegalStateException: no stock for <num>\n\
         at com.shop.Shop.pay\nat com.shop.Shop$Stock.take\nat com.shop.Shop.lambda$main",
    );
}

#[test]
fn lines_depth_and_generated_names_do_not_matter() {
    let other = JAVA
        .replace("Shop.java:4", "Shop.java:41")
        .replace("main$0", "main$12")
        .replace("9 more", "31 more")
        .replace("invoke0(Native Method)", "invoke(NativeMethodAccessorImpl.java:77)");
    assert_ne!(other, JAVA);
    check(&other, &shape(JAVA));
}

#[test]
fn another_exception_or_another_own_function_is_another_failure() {
    assert_ne!(shape(&JAVA.replace("IllegalStateException", "NullPointerException")), shape(JAVA));
    assert_ne!(shape(&JAVA.replace("Shop.pay", "Shop.refund")), shape(JAVA));
}

#[test]
fn frames_of_frameworks_are_passed_over_and_stand_in_where_there_are_no_others() {
    let frames = "\tat org.springframework.web.Filter.doFilter(Filter.java:1)\n\tat java.lang.Thread.run(Thread.java:2)";
    check(
        &format!(
            "x\ncom.shop.OutOfStock: none left\n{frames}\n\tat com.shop.Api$$EnhancerBySpringCGLIB$$1a2b3c4d.post(<generated>)"
        ),
        "x\ncom.shop.OutOfStock: none left\nat com.shop.Api$EnhancerBySpringCGLIB.post",
    );
    check(
        &format!("x\njava.io.IOException: gone\n{frames}"),
        "x\njava.io.IOException: gone\nat org.springframework.web.Filter.doFilter",
    );
}

#[test]
fn python_is_told_by_its_last_lines_whatever_the_exception_is_called() {
    check(
        "Traceback (most recent call last):
  File \"/srv/shop/a.py\", line 9, in main
    Cart().add(\"{}\")
  File \"/srv/shop/a.py\", line 6, in price
    return json.loads(item)[\"price\"]
           ~~~~~~~~~~~~~~~~^^^^^^^^^
  File \"/usr/lib/python3.11/json/__init__.py\", line 346, in loads
    return _default_decoder.decode(s)
KeyError: 'price'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"/srv/shop/a.py\", line 12, in <module>
    main()
  File \"/usr/lib/python3/dist-packages/flask/app.py\", line 11, in dispatch
    raise OutOfStock(\"order 17\") from e
shop.errors.OutOfStock: cannot price order 17",
        "Traceback (most recent call last):\nKeyError: 'price'\n\
         shop.errors.OutOfStock: cannot price order <num>\nat <module>\nat price\nat main",
    );
}

#[test]
fn groups_of_python_are_told_by_what_failed_within() {
    check(
        "task failed
  + Exception Group Traceback (most recent call last):
  |   File \"/srv/b.py\", line 7, in <module>
  |     asyncio.run(main())
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File \"/usr/lib/python3.11/asyncio/threads.py\", line 25, in to_thread
    |     return await loop.run_in_executor(None, func_call)
    |   File \"/srv/b.py\", line 3, in work
    |     return {}[\"x\"] if n else 1/0
    | KeyError: 'x'
    +------------------------------------",
        "task failed\nExceptionGroup: unhandled errors in a TaskGroup (<num> sub-exception)\nKeyError: 'x'\nat work\nat <module>",
    );
}

#[test]
fn node_is_told_without_its_own_machinery() {
    check(
        "Error: cannot price order 17
    at go (/srv/shop/c.js:3:67)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at Layer.handle [as handle_request] (/srv/shop/node_modules/express/lib/router/layer.js:95:5)
    at Array.map (<anonymous>)
    at async Promise.all (index 0)
    at node:internal/main/run_main_module:28:49 {
  [cause]: TypeError: Cannot read properties of undefined (reading 'amount')
      at Cart.price (/srv/shop/c.js:2:81)
      at new Shop (/srv/shop/c.js:2:34)
}",
        "Error: cannot price order <num>\n[cause]: TypeError: Cannot read properties of undefined (reading 'amount')\n\
         at go\nat Cart.price\nat new Shop",
    );
}

#[test]
fn rust_is_told_by_its_message_and_what_lies_below_the_runtime() {
    check(
        "thread 'main' (23320) panicked at src/m.rs:2:112:
called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/panicking.rs:689:5
   1: core::result::unwrap_failed
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/result.rs:1867:5
   4: m::Cart::price
             at ./src/m.rs:2:112
   5: m::Cart::add::h0123456789abcdef
             at ./src/m.rs:2:50
   6: sqlx::pool::acquire
             at /root/.cargo/registry/src/index.crates.io/sqlx/src/pool.rs:3:1
   7: <core::iter::adapters::map::Map<I,F> as core::iter::traits::iterator::Iterator>::fold
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/iter/adapters/map.rs:128:19
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.",
        "thread 'main' (<num>) panicked at src/m.rs:<num>:<num>:\n\
         called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }\nat m::Cart::price\nat m::Cart::add",
    );
}

#[test]
fn go_is_told_by_its_panic_and_the_functions_of_its_modules() {
    check(
        "panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x104e6b2]

goroutine 7 [running]:
net/http.(*conn).serve.func1(0xc0000a2000)
\t/usr/local/go/src/net/http/server.go:1825 +0xbf
panic({0x1249380, 0x14d2310})
\t/usr/local/go/src/runtime/panic.go:844 +0x258
github.com/lib/pq.(*conn).query(0xc000010000)
\t/root/go/pkg/mod/github.com/lib/pq@v1.10.9/conn.go:12 +0x1d
github.com/acme/shop/cart.(*Cart).Add(0xc000010000, 0x1)
\t/srv/cart/cart.go:12 +0x1d
main.main()
\t/srv/main.go:5 +0x2",
        "panic: runtime error: invalid memory address or nil pointer dereference\n\
         at github.com/acme/shop/cart.(*Cart).Add\nat main.main",
    );
}

#[test]
fn dotnet_is_told_by_its_inner_exceptions() {
    check(
        "Unhandled exception. System.InvalidOperationException: Order 17 failed
 ---> Shop.OutOfStockException: none left of 9
   at Shop.Stock.Take(Int32 n) in /src/Stock.cs:line 12
   at Shop.Orders.Pay(Int32 n) in /src/Orders.cs:line 40
   --- End of inner exception stack trace ---
   at System.Threading.Tasks.Task.Execute()
   at Microsoft.AspNetCore.Mvc.Invoker.Invoke()",
        "Unhandled exception. System.InvalidOperationException: Order <num> failed\n\
         ---> Shop.OutOfStockException: none left of <num>\nat Shop.Stock.Take\nat Shop.Orders.Pay",
    );
}

#[test]
fn ruby_is_told_in_both_its_styles() {
    for (open, name) in [("`", "add"), ("'", "Cart#add")] {
        check(
            &format!(
                "NoMethodError: undefined method `price' for nil
/srv/shop/cart.rb:12:in {open}{name}'
/usr/lib/ruby/gems/3.2.0/gems/rack-3.0.8/lib/rack/builder.rb:9:in {open}call'
\tfrom /srv/shop/app.rb:3:in {open}block in run'"
            ),
            &format!("NoMethodError: undefined method `price' for nil\nat {name}\nat block in run"),
        );
    }
}

#[test]
fn recursion_is_one_frame_however_deep() {
    let deep = |times: usize| {
        format!("x\njava.lang.StackOverflowError\n{}", "\tat com.shop.Tree.walk(Tree.java:7)\n".repeat(times))
    };
    check(&deep(300), &shape(&deep(5)));
}

#[test]
fn what_only_looks_like_a_frame_is_none() {
    check("list of 2\n 1: first thing to do\n 2: look at it (soon)\nin the end", "list of <num>");
}
