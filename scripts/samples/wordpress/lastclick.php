<?php
/**
 * Plugin Name: lastclick
 * Description: Puts the cookie of a tracking link's click into the WooCommerce order.
 *
 * Copy this file to wp-content/mu-plugins/. It is needed only where the shop and the
 * shortlinks share a domain and the shop's own order attribution is off: with that on,
 * `event set SLUG --carry woocommerce` needs nothing in the shop.
 */

defined('ABSPATH') || exit;

function lastclick_into_order($order): void
{
    $receipt = $_COOKIE['lastclick'] ?? '';
    // What lastclick signs; anything else is left out, and no sale fails because of it.
    if (is_string($receipt) && preg_match('/^[A-Za-z0-9_-]{20,1024}$/D', $receipt)) {
        $order->update_meta_data('lastclick', $receipt);
    }
}

// The classic checkout saves the order afterwards.
add_action('woocommerce_checkout_create_order', 'lastclick_into_order');

// The block checkout has saved it before.
add_action('woocommerce_store_api_checkout_update_order_meta', function ($order): void {
    lastclick_into_order($order);
    $order->save();
});
